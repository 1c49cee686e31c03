//! `GET /drawings/{id}/picture`: a drawing as the person saw it, for the pages to show.

use crate::{
    Api,
    routes::id::{PredictionId, unknown},
};
use askama::Template;
use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use digit::{
    ink::Point,
    wire::{Content, Input, InputKind},
};
use service::Failure;
use std::sync::Arc;

/// How wide the pen is, and how much paper is around the ink, as shares of the ink's longer side.
const PEN: f32 = 0.06;
const MARGIN: f32 = 0.12;

pub(super) fn router() -> Router<Arc<Api>> {
    Router::new().route("/drawings/{id}/picture", get(picture))
}

/// Strokes are drawn, images are shown as they came, and of pixels there is no more to see than the network saw.
async fn picture(State(api): State<Arc<Api>>, PredictionId(id): PredictionId) -> Result<Response, Failure> {
    let (bytes, kind) = api.store.input(id).await?.ok_or_else(unknown)?;
    let (media_type, bytes) = match kind {
        InputKind::Strokes | InputKind::Pixels => match Input::json(bytes.into()).ok().as_ref().and_then(Strokes::of) {
            Some(strokes) => ("image/svg+xml", strokes.to_string().into_bytes()),
            None => ("image/png", api.store.bitmap(id).await?.ok_or_else(unknown)?.to_png()),
        },
        image => (image.media_type(), bytes),
    };
    // It never changes, but whoever drew it may delete it.
    let headers = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "private, max-age=3600")];
    Ok((headers, bytes).into_response())
}

/// The strokes of a drawing on a sheet that they just fill, in the unit of their points.
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
        let ends = |along: fn(&Point) -> f32| {
            lines.iter().flatten().map(along).fold((f32::MAX, f32::MIN), |(low, high), at| (low.min(at), high.max(at)))
        };
        let ((left, right), (top, bottom)) = (ends(|point| point.x), ends(|point| point.y));
        // Whoever only made a dot gets a sheet all the same.
        let ink = (right - left).max(bottom - top).max(1.0);
        let (side, middle) = (ink * (1.0 + 2.0 * MARGIN), (f32::midpoint(left, right), f32::midpoint(top, bottom)));
        let pen = ink * PEN;
        (!lines.is_empty()).then_some(Self {
            left: middle.0 - side / 2.0,
            top: middle.1 - side / 2.0,
            side,
            pen,
            lines,
        })
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
    fn strokes_fill_their_sheet_whatever_their_unit() {
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
