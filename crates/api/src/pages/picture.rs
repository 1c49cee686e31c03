//! `GET /drawings/{id}/picture`: a drawing as the person saw it, for the pages to show.

use crate::{
    Api,
    extract::{PredictionId, unknown_prediction},
    routes::kept,
};
use askama::Template;
use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use digit::preprocessing::Point;
use service::ApiError;
use std::sync::Arc;
use wire::{Content, Input, InputKind};

/// How wide the pen is, as a share of the sheet's side.
const PEN: f32 = 0.05;

/// How much paper is around ink whose sheet is not known, as a share of the ink's longer side.
const MARGIN: f32 = 0.12;

pub(super) fn router() -> Router<Arc<Api>> {
    Router::new().route("/drawings/{id}/picture", get(picture))
}

/// Strokes are drawn, images are shown as they are stored, and of pixels there is no more to see than the network saw.
async fn picture(State(api): State<Arc<Api>>, PredictionId(id): PredictionId) -> Result<Response, ApiError> {
    let drawing = api.store.drawing(id).await?.ok_or_else(unknown_prediction)?;
    let (media_type, bytes) = match (Strokes::of(&drawing), drawing.content()) {
        (Some(strokes), _) => ("image/svg+xml", strokes.to_string().into()),
        (None, Content::Image(kind)) => (kind.media_type(), drawing.bytes().clone()),
        (None, _) => ("image/png", api.store.bitmap(id).await?.ok_or_else(unknown_prediction)?.to_png().into()),
    };
    Ok((kept(media_type), bytes).into_response())
}

/// What a picture shows, as style sheets tell it apart: ink of a pen, a photo with paper of its own, or pixels.
pub(super) const fn look(kind: InputKind) -> &'static str {
    match kind {
        InputKind::Strokes => "ink",
        InputKind::Pixels => "bitmap",
        InputKind::Png | InputKind::Jpeg | InputKind::Webp | InputKind::Gif => "photo",
    }
}

/// The strokes of a drawing on their sheet, in the unit of their points; on one that they just fill where that is not known.
#[derive(Debug, Template)]
#[template(path = "strokes.svg")]
pub(super) struct Strokes {
    left: f32,
    top: f32,
    side: f32,
    pen: f32,
    lines: Vec<Vec<Point>>,
}

impl Strokes {
    /// Those of an input; none where it is something else, or a drawing without a point.
    pub(super) fn of(input: &Input) -> Option<Self> {
        let Content::Strokes(drawing) = input.content() else { return None };
        let mut lines = drawing.strokes().to_vec();
        lines.retain(|line| !line.is_empty());
        // A line needs two points; of one, its round ends remain.
        for dot in lines.iter_mut().filter(|line| line.len() == 1) {
            dot.push(dot[0]);
        }
        if lines.is_empty() {
            return None;
        }
        let sheet = drawing.canvas().map(|side| Sheet { left: 0.0, top: 0.0, side });
        let sheet = sheet.filter(|sheet| lines.iter().flatten().all(|&point| sheet.holds(point)));
        let Sheet { left, top, side } = sheet.unwrap_or_else(|| Sheet::around(&lines));
        Some(Self { left, top, side, pen: PEN * side, lines })
    }
}

/// A square of paper.
struct Sheet {
    left: f32,
    top: f32,
    side: f32,
}

impl Sheet {
    /// One that these lines fill but for a margin.
    fn around(lines: &[Vec<Point>]) -> Self {
        let ends = |along: fn(&Point) -> f32| {
            lines.iter().flatten().map(along).fold((f32::MAX, f32::MIN), |(low, high), at| (low.min(at), high.max(at)))
        };
        let ((left, right), (top, bottom)) = (ends(|point| point.x), ends(|point| point.y));
        // Whoever only made a dot gets a sheet all the same.
        let ink = (right - left).max(bottom - top).max(1.0);
        let side = ink * (1.0 + 2.0 * MARGIN);
        Self { left: f32::midpoint(left, right) - side / 2.0, top: f32::midpoint(top, bottom) - side / 2.0, side }
    }

    fn holds(&self, point: Point) -> bool {
        let within = |start: f32, at: f32| (start..=start + self.side).contains(&at);
        within(self.left, point.x) && within(self.top, point.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(strokes: &str) -> Option<String> {
        let json = format!("{{\"strokes\":{strokes}}}");
        Strokes::of(&Input::json(json.into_bytes().into()).unwrap()).map(|strokes| strokes.to_string())
    }

    #[test]
    fn strokes_lie_on_their_sheet_where_it_is_known_and_holds_them() {
        let small = svg("[[[100,100],[110,120]]],\"width\":280,\"height\":200").unwrap();
        assert!(small.contains("viewBox=\"0 0 280 280\""), "{small}");
        let outside = svg("[[[100,100],[100,150]]],\"width\":120,\"height\":120").unwrap();
        assert!(outside.contains("viewBox=\"69 94 62 62\""), "{outside}");
    }

    #[test]
    fn strokes_without_a_sheet_fill_one_whatever_their_unit() {
        let svg = svg("[[[100,0],[100,50]],[],[[125,25,7]]]").unwrap();
        assert!(svg.contains("viewBox=\"81.5 -6 62 62\""), "{svg}");
        assert!(svg.contains("points=\"100,0 100,50 \"") && svg.contains("points=\"125,25 125,25 \""), "{svg}");
        assert_eq!(svg.matches("<polyline").count(), 2, "{svg}");
    }

    #[test]
    fn a_dot_has_a_sheet_and_nothing_at_all_has_none() {
        assert!(svg("[[[3,4]]]").unwrap().contains("viewBox=\"2.38 3.38 1.24 1.24\""));
        assert_eq!(svg("[[]]"), None);
    }
}
