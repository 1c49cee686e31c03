//! Drawings as by many hands: the ten digits turned, slanted, stretched and shaken, submitted as the page submits them, and
//! most of them labelled. They give the pictures of the documentation something to show.

use crate::{
    config::{People, Services},
    pictures::{Drawing, Picture, ten_digits},
    question::Question,
    target::{Connection, Target},
};
use anyhow::{Context, ensure};
use hyper::StatusCode;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::f32::consts::TAU;

/// The middle of the sheet.
const MIDDLE: f32 = 140.0;

/// How many of a hundred drawings are labelled, and how many people are unsure.
const LABELLED: u32 = 70;
const UNSURE: u32 = 2;

/// How a hand differs from others.
#[derive(Debug)]
struct Hand {
    turn: f32,
    slant: f32,
    width: f32,
    height: f32,
    /// How far it is from where it should be, how often to and fro on the way across, and from where on.
    shake: [f32; 2],
    waves: f32,
    phase: f32,
}

/// Draws, and labels.
///
/// # Errors
/// When a drawing was not taken.
pub(crate) async fn draw(people: &People, services: &Services) -> anyhow::Result<()> {
    let api = Target::new("api", &services.api_url)?;
    let mut connection = None;
    let mut random = ChaCha8Rng::seed_from_u64(people.seed);
    let digits = ten_digits()?;
    for _ in 0..people.drawings {
        let digit = random.random_range(0..digits.len());
        let drawing = Hand::random(&mut random).draws(&digits[digit]);
        let question = Question::strokes("/predict?source=canvas", &drawing);
        let answer = api.ask(&mut connection, &question).await?;
        let answer = answer.json()?;
        let id = answer["id"].as_str().context("it was not recorded")?;
        let truth = match random.random_range(0..100) {
            0..UNSURE => "unsure".to_owned(),
            UNSURE..LABELLED => digit.to_string(),
            _ => continue,
        };
        label(&api, &mut connection, id, &truth).await?;
    }
    Ok(())
}

async fn label(api: &Target, connection: &mut Option<Connection>, id: &str, truth: &str) -> anyhow::Result<()> {
    let answer = api.ask(connection, &Question::label(id, truth)).await?;
    ensure!(answer.status == StatusCode::SEE_OTHER, "a label was not taken: {}", answer.status);
    Ok(())
}

impl Hand {
    fn random(random: &mut ChaCha8Rng) -> Self {
        // Most are near the middle, few at the ends.
        let mut about = |most: f32| f32::midpoint(random.random_range(-most..most), random.random_range(-most..most));
        Self {
            turn: about(0.5),
            slant: about(0.6),
            width: 1.0 + about(0.6),
            height: 1.0 + about(0.4),
            shake: [about(26.0), about(26.0)],
            waves: 1.5 + about(1.0),
            phase: about(TAU),
        }
    }

    fn draws(&self, picture: &Picture) -> Drawing {
        let line = |stroke: &Vec<[f32; 3]>| stroke.iter().map(|&point| self.place(point)).collect();
        picture.strokes.iter().map(line).collect()
    }

    fn place(&self, [x, y, time]: [f32; 3]) -> [f32; 3] {
        let (x, y) = ((x - MIDDLE) * self.width, (y - MIDDLE) * self.height);
        let x = x - self.slant * y;
        let (sin, cos) = self.turn.sin_cos();
        let wave = |along: f32| (self.phase + along / MIDDLE * self.waves * TAU / 2.0).sin();
        [
            MIDDLE + x * cos - y * sin + self.shake[0] * wave(y),
            MIDDLE + x * sin + y * cos + self.shake[1] * wave(x + y),
            time,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hands_differ_and_a_seed_draws_the_same_again() {
        let digits = ten_digits().unwrap();
        let drawn = |seed| Hand::random(&mut ChaCha8Rng::seed_from_u64(seed)).draws(&digits[4]);
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
        let points = |drawing: &Drawing| drawing.iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(points(&drawn(1)), points(&digits[4].strokes));
    }
}
