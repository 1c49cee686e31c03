//! Seed data through the API: the ten digits with style jitter, submitted like drawings of the page, and most of them
//! labelled. The screenshots of the documentation show them.

use crate::{
    config::{SeedData, Services},
    pictures::{Drawing, Picture, ten_digits},
    request_template::RequestTemplate,
    target::{Connection, Target},
};
use anyhow::{Context, ensure};
use hyper::StatusCode;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::f32::consts::TAU;

/// The middle of the canvas, in pixels.
const MIDDLE: f32 = 140.0;

/// The percentage of drawings that are labelled, and the percentage that are labelled `unsure`.
const LABELLED: u32 = 70;
const UNSURE: u32 = 2;

/// The style jitter of a drawing: the differences between two writers.
#[derive(Debug)]
struct StyleJitter {
    rotation: f32,
    shear: f32,
    width: f32,
    height: f32,
    /// The displacement of points: its amplitude, and the number and phase of waves across the canvas.
    amplitude: [f32; 2],
    waves: f32,
    phase: f32,
}

/// Submits drawings, and labels most of them.
///
/// # Errors
/// When the api rejects a drawing or a label.
pub(crate) async fn draw(config: &SeedData, services: &Services) -> anyhow::Result<()> {
    let api = Target::new("api", &services.api_url)?;
    let mut connection = None;
    let mut random = ChaCha8Rng::seed_from_u64(config.seed);
    let digits = ten_digits()?;
    for _ in 0..config.drawings {
        let digit = random.random_range(0..digits.len());
        let drawing = StyleJitter::random(&mut random).apply(&digits[digit]);
        let template = RequestTemplate::strokes("/predict?source=canvas", &drawing);
        let answer = api.ask(&mut connection, &template).await?;
        let answer = answer.json()?;
        let id = answer["id"].as_str().context("the prediction has no id")?;
        let label = match random.random_range(0..100) {
            0..UNSURE => "unsure".to_owned(),
            UNSURE..LABELLED => digit.to_string(),
            _ => continue,
        };
        set_label(&api, &mut connection, id, &label).await?;
    }
    Ok(())
}

async fn set_label(api: &Target, connection: &mut Option<Connection>, id: &str, truth: &str) -> anyhow::Result<()> {
    let answer = api.ask(connection, &RequestTemplate::label(id, truth)).await?;
    ensure!(answer.status == StatusCode::SEE_OTHER, "the api rejects a label: {}", answer.status);
    Ok(())
}

impl StyleJitter {
    fn random(random: &mut ChaCha8Rng) -> Self {
        // The distribution is triangular: most values are near the middle.
        let mut about = |most: f32| f32::midpoint(random.random_range(-most..most), random.random_range(-most..most));
        Self {
            rotation: about(0.5),
            shear: about(0.6),
            width: 1.0 + about(0.6),
            height: 1.0 + about(0.4),
            amplitude: [about(26.0), about(26.0)],
            waves: 1.5 + about(1.0),
            phase: about(TAU),
        }
    }

    fn apply(&self, picture: &Picture) -> Drawing {
        let line = |stroke: &Vec<[f32; 3]>| stroke.iter().map(|&point| self.place(point)).collect();
        picture.strokes.iter().map(line).collect()
    }

    fn place(&self, [x, y, time]: [f32; 3]) -> [f32; 3] {
        let (x, y) = ((x - MIDDLE) * self.width, (y - MIDDLE) * self.height);
        let x = x - self.shear * y;
        let (sin, cos) = self.rotation.sin_cos();
        let wave = |along: f32| (self.phase + along / MIDDLE * self.waves * TAU / 2.0).sin();
        [
            MIDDLE + x * cos - y * sin + self.amplitude[0] * wave(y),
            MIDDLE + x * sin + y * cos + self.amplitude[1] * wave(x + y),
            time,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_is_random_and_reproducible_with_a_seed() {
        let digits = ten_digits().unwrap();
        let drawn = |seed| StyleJitter::random(&mut ChaCha8Rng::seed_from_u64(seed)).apply(&digits[4]);
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
        let points = |drawing: &Drawing| drawing.iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(points(&drawn(1)), points(&digits[4].strokes));
    }
}
