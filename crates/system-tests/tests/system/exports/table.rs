//! Tests of the CSV export.

use super::{CSV, exported, label, listed};
use crate::{
    drawings::{self, Picture},
    stack::{Stack, json},
};
use digit::TrueLabel;
use reqwest::StatusCode;
use serde_json::{Map, Value, json as value};
use std::collections::HashMap;
use wire::Prediction;

/// Returns the predictions of a table.
fn read(table: &[u8]) -> Vec<Prediction> {
    csv::Reader::from_reader(table).deserialize().map(|line| prediction(&line.unwrap())).collect()
}

fn prediction(line: &HashMap<String, String>) -> Prediction {
    let text = |name: &str| Some(&line[name]).filter(|text| !text.is_empty());
    let number = |name: &str| text(name).map(|number| number.parse::<f32>().unwrap());
    let label = text("true_label").map(|label| label.parse::<TrueLabel>().unwrap());
    let mut fields = Map::from_iter([("true_label".to_owned(), value!(label))]);
    for name in ["id", "created_at", "verdict", "reason", "model", "source", "input_kind"] {
        fields.insert(name.to_owned(), value!(text(name)));
    }
    for name in ["confidence", "latency_ms"] {
        fields.insert(name.to_owned(), value!(number(name)));
    }
    fields.insert("prediction".to_owned(), value!(line["prediction"].parse::<u8>().unwrap()));
    let probabilities = (0..10).map(|digit| number(&format!("p{digit}"))).collect::<Vec<_>>();
    fields.insert("probabilities".to_owned(), value!(probabilities));
    serde_json::from_value(Value::Object(fields)).unwrap()
}

#[tokio::test]
async fn a_table_has_the_predictions_of_the_pages_in_the_same_order() {
    let stack = Stack::start().await;
    stack.seed_predictions(1000).await;
    for conditions in
        ["", "incorrect=true", "labelled=true&source=canvas", "predicted=not_a_digit", "true_label=unsure"]
    {
        let pages = listed(&stack, conditions).await;
        assert!(pages.len() > 1, "{conditions}: nothing to compare");
        assert_eq!(read(&exported(&stack, &format!("{CSV}?{conditions}")).await), pages, "{conditions}");
    }
}

#[tokio::test]
async fn a_table_has_drawn_and_uploaded_predictions_with_their_labels() {
    let stack = Stack::start().await;
    let seven = stack.draw(&drawings::all()[7]).await;
    let request = stack.upload("/predict?source=upload", Picture::default().png(&drawings::two_digits()));
    json(request.send().await.unwrap(), StatusCode::OK).await;
    label(&stack, seven["id"].as_str().unwrap(), value!("unsure")).await;
    let table = read(&exported(&stack, CSV).await);
    assert_eq!(table, listed(&stack, "").await);
    assert_eq!(table.iter().map(|row| row.true_label).collect::<Vec<_>>(), [None, Some(TrueLabel::Unsure)]);

    label(&stack, seven["id"].as_str().unwrap(), Value::Null).await;
    assert_eq!(read(&exported(&stack, CSV).await)[1].true_label, None);
}

#[tokio::test]
async fn an_empty_table_has_its_header() {
    let stack = Stack::start().await;
    let table = String::from_utf8(exported(&stack, CSV).await).unwrap();
    assert_eq!(
        table,
        "id,created_at,prediction,confidence,p0,p1,p2,p3,p4,p5,p6,p7,p8,p9,verdict,reason,model,source,input_kind,\
         latency_ms,true_label\n"
    );
}
