//! Tests of the archive, which they read as IDX files.

use super::{MNIST, NDJSON, exported, label, listed};
use crate::{
    drawings,
    stack::{Stack, json},
};
use digit::{Bitmap, SIDE};
use reqwest::StatusCode;
use serde_json::{Value, json as value};
use std::io::Read;

/// Returns the images and labels of an archive.
pub(super) fn read(archive: &[u8]) -> (Vec<Bitmap>, Vec<u8>) {
    let mut files = Vec::new();
    for file in tar::Archive::new(archive).entries().unwrap() {
        let (mut file, mut bytes) = (file.unwrap(), Vec::new());
        file.read_to_end(&mut bytes).unwrap();
        files.push((file.path().unwrap().to_str().unwrap().to_owned(), bytes));
    }
    let [(images_name, images), (labels_name, labels)] = <[_; 2]>::try_from(files).unwrap();
    assert_eq!((&*images_name, &*labels_name), ("images-idx3-ubyte", "labels-idx1-ubyte"));
    let (images_head, images) = images.split_at(16);
    let (labels_head, labels) = labels.split_at(8);
    let count = labels.len();
    assert_eq!(words(images_head), [0x0803, count, SIDE, SIDE]);
    assert_eq!(words(labels_head), [0x0801, count]);
    assert_eq!(images.len(), count * SIDE * SIDE);
    let images = images.chunks(Bitmap::LEN).map(|levels| Bitmap::from_levels(levels).unwrap());
    (images.collect(), labels.to_vec())
}

fn words(bytes: &[u8]) -> Vec<usize> {
    let word = |word: &[u8]| u32::from_be_bytes(word.try_into().unwrap()) as usize;
    bytes.chunks(4).map(word).collect()
}

#[tokio::test]
async fn an_archive_has_only_drawings_labelled_as_a_digit_newest_first() {
    let stack = Stack::start().await;
    let labels = [value!(0), value!(9), value!("unsure"), value!("not_a_digit"), Value::Null, value!(5)];
    let mut drawn = Vec::new();
    for (drawing, true_label) in drawings::all().iter().zip(&labels) {
        let id = stack.draw(drawing).await["id"].as_str().unwrap().to_owned();
        label(&stack, &id, value!(4)).await;
        label(&stack, &id, true_label.clone()).await;
        drawn.push(id);
    }
    let (images, labels) = read(&exported(&stack, MNIST).await);
    assert_eq!(labels, [5, 9, 0]);
    for (image, id) in images.iter().zip([&drawn[5], &drawn[1], &drawn[0]]) {
        let bitmap = stack.get(&format!("/api/v1/predictions/{id}/bitmap.png")).send().await.unwrap();
        assert_eq!(image.to_png(), bitmap.bytes().await.unwrap());
    }
}

#[tokio::test]
async fn an_archive_excludes_drawings_whose_visitor_did_not_allow_training() {
    let stack = Stack::start().await;
    for (path, true_label) in [("?may_train=false", 1), ("?may_train=true", 2), ("", 3)] {
        let drawing = drawings::all()[8].to_string();
        let response = stack.post(&format!("/predict{path}"), "application/json", drawing).send().await.unwrap();
        let id = json(response, StatusCode::OK).await["id"].as_str().unwrap().to_owned();
        label(&stack, &id, value!(true_label)).await;
    }
    let (images, labels) = read(&exported(&stack, MNIST).await);
    assert_eq!((images.len(), labels), (2, vec![3, 2]), "nobody was asked about the last one");
    let lines = String::from_utf8(exported(&stack, NDJSON).await).unwrap();
    assert_eq!(lines.lines().count(), 3, "the other exports have all drawings: {lines}");
}

#[tokio::test]
async fn an_archive_has_all_images_that_match_its_filter() {
    let stack = Stack::start().await;
    stack.seed_predictions(3000).await;
    for conditions in ["", "incorrect=true", "predicted=7&source=upload", "model=nobody", "true_label=unsure"] {
        let (images, labels) = read(&exported(&stack, &format!("{MNIST}?{conditions}")).await);
        let digits = listed(&stack, conditions).await;
        let digits: Vec<_> = digits
            .iter()
            .filter_map(|row| Some((row.prediction.value(), row.true_label?.to_string().parse().ok()?)))
            .collect();
        assert_eq!(labels, digits.iter().map(|(_, label)| *label).collect::<Vec<u8>>(), "{conditions}");
        // The pixels of the seed data encode the predicted class.
        let levels = images.iter().map(|image| image.levels()[0] / 20).collect::<Vec<_>>();
        assert_eq!(levels, digits.iter().map(|(predicted, _)| *predicted).collect::<Vec<_>>(), "{conditions}");
    }
}
