//! Hands that draw in a browser: with a mouse, a finger or a pen, and what they leave on the canvas.

use crate::webdriver::Browser;
use serde_json::{Value, json};

/// The pointing device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pointer {
    Mouse,
    Finger,
    Pen,
}

pub(crate) const POINTERS: [Pointer; 3] = [Pointer::Mouse, Pointer::Finger, Pointer::Pen];

impl Pointer {
    /// As the browser's driver calls it.
    const fn kind(self) -> &'static str {
        match self {
            Self::Mouse => "mouse",
            Self::Finger => "touch",
            Self::Pen => "pen",
        }
    }
}

/// Where the canvas is on the screen: left, top and side.
const CANVAS: &str = "const canvas = document.querySelector('#canvas');
    canvas.scrollIntoView({ block: 'center', behavior: 'instant' });
    const { left, top, width } = canvas.getBoundingClientRect();
    return [left, top, width];";

/// Returns the foreground's share of the canvas, its bounding box in shares of the canvas's side, and its lightness, after
/// the canvas has painted.
const INK: &str = "const [done] = arguments;
    requestAnimationFrame(() => requestAnimationFrame(() => {
        const canvas = document.querySelector('#canvas');
        const { width, height } = canvas;
        const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
        let [share, left, top, right, bottom, light] = [0, 1, 1, 0, 0, 0];
        for (let i = 0; i < width * height; i++) {
            if (data[4 * i + 3] < 128) continue;
            const [x, y] = [(i % width) / width, Math.floor(i / width) / height];
            [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
            share += 1 / (width * height);
            light = data[4 * i];
        }
        done([share, left, top, right, bottom, light]);
    }));";

/// The ink on the canvas, whatever its size on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CanvasPixels {
    /// How much of the canvas it covers.
    pub(crate) share: f64,
    /// The box around it: left, top, right, bottom.
    pub(crate) around: [f64; 4],
    /// From 0, black, to 255.
    pub(crate) light: f64,
}

impl CanvasPixels {
    /// Whether it is the same drawing, but for how finely it is drawn.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let near = |one: f64, other: f64, far: f64| (one - other).abs() < far;
        near(self.share, other.share, 0.01)
            && self.around.into_iter().zip(other.around).all(|(one, other)| near(one, other, 0.015))
    }
}

impl Browser {
    /// Draws strokes of 280 × 280 units on the canvas with the mouse.
    pub(crate) async fn draw(&self, strokes: &Value) {
        self.draw_with(Pointer::Mouse, strokes).await;
    }

    /// The same with any hand.
    pub(crate) async fn draw_with(&self, pointer: Pointer, strokes: &Value) {
        let canvas = self.canvas().await;
        let strokes = strokes.as_array().unwrap().iter();
        let actions = strokes.flat_map(|stroke| stroked(canvas, stroke.as_array().unwrap())).collect();
        self.act(vec![(pointer, actions)]).await;
    }

    /// Does what several hands do at the same time: the first of each together, and so on.
    pub(crate) async fn act(&self, pointers: Vec<(Pointer, Vec<Value>)>) {
        let sources = pointers.into_iter().enumerate().map(|(number, (pointer, actions))| {
            let id = format!("{}{number}", pointer.kind());
            json!({ "type": "pointer", "id": id, "parameters": { "pointerType": pointer.kind() }, "actions": actions })
        });
        self.driver("actions", &json!({ "actions": sources.collect::<Vec<_>>() })).await;
    }

    /// Where the canvas is: left, top and side.
    pub(crate) async fn canvas(&self) -> [f64; 3] {
        serde_json::from_value(self.client.execute(CANVAS, Vec::new()).await.unwrap()).unwrap()
    }

    /// To the middle of what the selector finds, where it is on the screen now.
    pub(crate) async fn onto(&self, selector: &str) -> Value {
        let middle =
            "const { left, top, width, height } = document.querySelector(arguments[0]).getBoundingClientRect();
            return { type: 'pointerMove', x: Math.floor(left + width / 2), y: Math.floor(top + height / 2) };";
        self.client.execute(middle, vec![selector.into()]).await.unwrap()
    }

    /// The ink on the canvas.
    pub(crate) async fn pixels(&self) -> CanvasPixels {
        let measured = self.client.execute_async(INK, Vec::new()).await.unwrap();
        let [share, left, top, right, bottom, light]: [f64; 6] = serde_json::from_value(measured).unwrap();
        CanvasPixels { share, around: [left, top, right, bottom], light }
    }
}

/// A stroke: to its first point, down, along, up.
fn stroked(canvas: [f64; 3], points: &[Value]) -> Vec<Value> {
    let mut actions: Vec<Value> = points.iter().map(|point| to(canvas, point)).collect();
    actions.insert(1, down());
    actions.push(up());
    actions
}

/// To a point of the 280 × 280 units.
pub(crate) fn to([left, top, side]: [f64; 3], point: &Value) -> Value {
    let place = |start: f64, axis: usize| (start + point[axis].as_f64().unwrap() / 280.0 * side).floor();
    json!({ "type": "pointerMove", "duration": 2, "x": place(left, 0), "y": place(top, 1) })
}

pub(crate) fn down() -> Value {
    json!({ "type": "pointerDown", "button": 0 })
}

pub(crate) fn up() -> Value {
    json!({ "type": "pointerUp", "button": 0 })
}
