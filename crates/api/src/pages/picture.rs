//! `GET /drawings/{id}/picture`: a drawing as an image for the pages.

use crate::{
    Api,
    access::{Access, Routes},
    extract::{PredictionId, unknown_prediction},
    identity::Scope,
    routes::cached_briefly,
};
use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use digit::preprocessing::Point;
use service::ApiError;
use std::sync::Arc;
use wire::{Content, Input, InputKind};

/// The width of the pen, as a share of the canvas's side.
const PEN: f32 = 0.05;

/// The margin around strokes whose canvas is unknown, as a share of their longer side.
const MARGIN: f32 = 0.12;

pub(super) fn routes() -> Routes {
    Routes::default().get(Access::Drawings(Scope::Read), "/drawings/{id}/picture", picture)
}

/// Returns strokes as SVG, an image as it is stored, and pixels as the bitmap.
async fn picture(State(api): State<Arc<Api>>, PredictionId(id): PredictionId) -> Result<Response, ApiError> {
    let drawing = api.store.drawing(id).await?.ok_or_else(unknown_prediction)?;
    let (media_type, bytes) = match (Strokes::of(&drawing), drawing.content()) {
        (Some(strokes), _) => ("image/svg+xml", strokes.to_string().into()),
        (None, Content::Image(kind)) => (kind.media_type(), drawing.bytes().clone()),
        (None, _) => ("image/png", api.store.bitmap(id).await?.ok_or_else(unknown_prediction)?.to_png().into()),
    };
    Ok((cached_briefly(media_type), bytes).into_response())
}

/// The class of a picture in style sheets: strokes, a photo with its own background, or pixels.
pub(super) const fn look(kind: InputKind) -> &'static str {
    match kind {
        InputKind::Strokes => "ink",
        InputKind::Pixels => "bitmap",
        InputKind::Png | InputKind::Jpeg | InputKind::Webp | InputKind::Gif => "photo",
    }
}

/// The strokes of a drawing on their canvas, in the unit of their points. If the canvas is unknown, a square around the
/// strokes replaces it.
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
    /// The strokes of an input; `None` if it has no strokes or no points.
    pub(super) fn of(input: &Input) -> Option<Self> {
        let Content::Strokes(drawing) = input.content() else { return None };
        let mut lines = drawing.strokes().to_vec();
        lines.retain(|line| !line.is_empty());
        // A line needs two points; a single point becomes a dot with the line's round caps.
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

/// The visible square.
struct Sheet {
    left: f32,
    top: f32,
    side: f32,
}

impl Sheet {
    /// A square around these lines, with a margin.
    fn around(lines: &[Vec<Point>]) -> Self {
        let ends = |along: fn(&Point) -> f32| {
            lines.iter().flatten().map(along).fold((f32::MAX, f32::MIN), |(low, high), at| (low.min(at), high.max(at)))
        };
        let ((left, right), (top, bottom)) = (ends(|point| point.x), ends(|point| point.y));
        // A single dot has no extent.
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
    fn strokes_are_shown_on_their_canvas_if_it_contains_them() {
        let small = svg("[[[100,100],[110,120]]],\"width\":280,\"height\":200").unwrap();
        assert!(small.contains("viewBox=\"0 0 280 280\""), "{small}");
        let outside = svg("[[[100,100],[100,150]]],\"width\":120,\"height\":120").unwrap();
        assert!(outside.contains("viewBox=\"69 94 62 62\""), "{outside}");
    }

    #[test]
    fn strokes_without_a_canvas_fill_the_picture_in_any_unit() {
        let svg = svg("[[[100,0],[100,50]],[],[[125,25,7]]]").unwrap();
        assert!(svg.contains("viewBox=\"81.5 -6 62 62\""), "{svg}");
        assert!(svg.contains("points=\"100,0 100,50 \"") && svg.contains("points=\"125,25 125,25 \""), "{svg}");
        assert_eq!(svg.matches("<polyline").count(), 2, "{svg}");
    }

    #[test]
    fn a_dot_has_a_picture_and_an_empty_drawing_has_none() {
        assert!(svg("[[[3,4]]]").unwrap().contains("viewBox=\"2.38 3.38 1.24 1.24\""));
        assert_eq!(svg("[[]]"), None);
    }
}
