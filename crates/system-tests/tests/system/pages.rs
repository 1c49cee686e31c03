//! The HTML of `/history`, `/drawings/{id}`, `/quality` and `/label`, and the pages that report problems.

use crate::{
    drawings::{self, Picture},
    stack::{Stack, json},
};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json as value};

async fn page(stack: &Stack, path: &str) -> String {
    let response = stack.get(path).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8", "{path}");
    response.text().await.unwrap()
}

/// Each part of a text from a `start` to the next `end`.
pub(crate) fn between<'a>(text: &'a str, start: &'a str, end: &str) -> Vec<&'a str> {
    text.split(start).skip(1).map(|rest| rest.split(end).next().unwrap()).collect()
}

/// The addresses of a page's links that begin with `start`, with `&` decoded.
fn links(page: &str, start: &str) -> Vec<String> {
    let links = between(page, "href=\"", "\"").into_iter().filter(|link| link.starts_with(start));
    links.map(|link| link.replace("&#38;", "&")).collect()
}

async fn ids(stack: &Stack, path: &str) -> Vec<String> {
    let page = json(stack.get(path).send().await.unwrap(), StatusCode::OK).await;
    page["predictions"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_history_shows_the_same_predictions_as_the_api() {
    let stack = Stack::start().await;
    stack.seed_predictions(1000).await;
    for query in ["", "incorrect=true", "predicted=7&labelled=false&source=canvas", "low_confidence=true&model=newer"] {
        let mut path = format!("/history?{query}");
        let mut shown = Vec::new();
        for _ in 0..2 {
            let page = page(&stack, &path).await;
            shown.extend(links(&page, "/drawings/").iter().map(|link| link.replace("/drawings/", "")));
            // The link to the next page keeps the filter.
            match links(&page, "/history?").iter().find(|link| link.contains("before=")) {
                Some(older) => path.clone_from(older),
                None => break,
            }
        }
        let expected = ids(&stack, &format!("/api/v1/predictions?limit=100&{query}")).await;
        assert!(!shown.is_empty() && expected.starts_with(&shown), "{query}");
        assert_eq!(shown.len(), expected.len().min(96), "{query}");
    }
}

#[tokio::test]
async fn the_history_links_to_exports_of_the_filtered_drawings() {
    let stack = Stack::start().await;
    stack.seed_predictions(200).await;
    let page = page(&stack, "/history?predicted=7&incorrect=true&lang=en").await;
    let files = links(&page, "/api/v1/export/");
    let names = ["predictions.csv", "predictions.ndjson", "mnist.tar"];
    assert_eq!(files, names.map(|name| format!("/api/v1/export/{name}?predicted=7&incorrect=true")));
    for file in files {
        assert_eq!(stack.get(&file).send().await.unwrap().status(), StatusCode::OK, "{file}");
    }
}

#[tokio::test]
async fn the_page_of_a_drawing_shows_predictions_of_each_version_or_that_the_model_is_unavailable() {
    let mut stack = Stack::start().await;
    let answer = stack.draw(&drawings::all()[2]).await;
    let path = format!("/drawings/{}", answer["id"].as_str().unwrap());
    let predictions_by_model = between(&page(&stack, &path).await, "<tbody>", "</tbody>").concat();
    assert!(
        predictions_by_model.contains(answer["model"].as_str().unwrap()) && predictions_by_model.contains("<td>2, "),
        "{predictions_by_model}"
    );
    stack.model.take().unwrap().stop().await;
    let page = page(&stack, &path).await;
    assert!(page.contains("The model is temporarily unavailable.") && page.contains("<polyline"), "{page}");
}

#[tokio::test]
async fn the_filter_form_shows_the_current_filter() {
    let stack = Stack::start().await;
    stack.seed_predictions(100).await;
    let page = page(&stack, "/history?predicted=7&true_label=unsure&incorrect=true&since=2026-11-01&model=newer").await;
    for chosen in [
        "<option value=\"7\" selected>7</option>",
        "<option value=\"unsure\" selected>unsure</option>",
        "<option value=\"newer\" selected>newer</option>",
        "name=\"incorrect\" value=\"true\" checked",
        "name=\"since\" value=\"2026-11-01\"",
    ] {
        assert!(page.contains(chosen), "{chosen}: {page}");
    }
    assert_eq!(page.matches(" selected>").count(), 5, "two fields have no filter: {page}");
}

#[tokio::test]
async fn a_cell_of_the_confusion_matrix_opens_its_drawings() {
    let stack = Stack::start().await;
    stack.seed_predictions(2000).await;
    for query in ["", "?days=1&model=newer"] {
        let quality = json(stack.get(&format!("/api/v1/quality{query}")).send().await.unwrap(), StatusCode::OK).await;
        let page = page(&stack, &format!("/quality{query}")).await;
        let matrix = between(&page, "<svg class=\"chart pressed\"", "</svg>")[0];
        let mut seen = 0;
        for (link, text) in links(matrix, "/history?").iter().zip(between(matrix, "aria-label=\"", "\"")) {
            let (text, count) = text.rsplit_once(": ").unwrap();
            let found = ids(&stack, &link.replace("/history?", "/api/v1/predictions?limit=100&")).await;
            assert_eq!(found.len().to_string(), count, "{query}, {text}: {link}");
            seen += found.len();
        }
        assert_eq!(quality["correct"]["total"], value!(seen), "{query}");
    }
}

#[tokio::test]
async fn the_quality_page_shows_the_figures_of_the_api() {
    let stack = Stack::start().await;
    let nothing = page(&stack, "/quality").await;
    assert!(nothing.contains("No drawing is labelled yet") && !nothing.contains("NaN"), "{nothing}");

    stack.seed_predictions(2000).await;
    let quality = json(stack.get("/api/v1/quality").send().await.unwrap(), StatusCode::OK).await;
    let page = page(&stack, "/quality").await;
    let (count, of) = (quality["correct"]["count"].as_f64().unwrap(), quality["correct"]["total"].as_f64().unwrap());
    let share = format!("<p class=\"numeral\">{:.1}\u{a0}%</p>", 100.0 * count / of).replace(".0\u{a0}", "\u{a0}");
    assert!(page.contains(&share), "{share}: {page}");
    assert!(page.contains(&format!("of {of} labelled predictions")), "{page}");
    let bins = quality["calibration"].as_array().unwrap();
    let calibration = between(&page, "aria-labelledby=\"calibration\">", "</section>").concat();
    assert_eq!(calibration.matches("<circle").count(), bins.len());
    for bin in bins {
        assert!(calibration.contains(&format!("<td>{}</td></tr>", bin["correct"]["total"])), "{bin}");
    }
    let latency = table(&page, "latency");
    let expected = quality["latency"].as_array().unwrap().iter().map(|bucket| bucket["predictions"].to_string());
    assert!(latency.iter().map(|row| row[0].clone()).eq(expected), "{latency:?}");

    let confusion = table(&page, "confusion");
    let expected = quality["confusion"].as_array().unwrap().iter();
    let expected = expected.map(|row| row.as_array().unwrap().iter().map(Value::to_string).collect::<Vec<_>>());
    assert!(confusion.iter().cloned().eq(expected), "{confusion:?}");

    // There are fewer days than columns, so each day has a column.
    let drift = table(&page, "drift");
    let days = quality["days"].as_array().unwrap();
    assert_eq!(drift.len(), days.len());
    for (row, day) in drift.iter().zip(days) {
        let predicted = day["predicted"].as_array().unwrap();
        let all: u64 = predicted.iter().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!((&row[0], row[1].replace(',', "")), (&day["day"].as_str().unwrap().to_owned(), all.to_string()));
        assert!(row[3..].iter().cloned().eq(predicted.iter().map(Value::to_string)), "{row:?} {day}");
    }

    let models = table(&page, "models");
    for (row, model) in models.iter().zip(quality["models"].as_array().unwrap()) {
        assert_eq!(row[1].replace(',', ""), model["correct"]["total"].to_string(), "{row:?}");
        assert_eq!(row[2].replace(',', ""), model["predictions"].to_string(), "{row:?}");
    }
}

/// The cells of the table in the section of this heading, without the row headers.
fn table(page: &str, heading: &str) -> Vec<Vec<String>> {
    let section = between(page, &format!("<h2 id=\"{heading}\">"), "</section>").concat();
    let body = between(&section, "<tbody>", "</tbody>").concat();
    let rows = between(&body, "<tr>", "</tr>").into_iter();
    rows.map(|row| between(row, "<td>", "</td>").into_iter().map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[tokio::test]
async fn a_drawing_is_shown_in_the_form_in_which_it_was_sent() {
    let stack = Stack::start().await;
    let eight = &drawings::all()[8];
    let png = Picture::default().png(eight);
    let pixels = value!({ "pixels": vec![1.0; 784] }).to_string();
    let sent = [
        (stack.post("/predict", "application/json", eight.to_string()), "image/svg+xml", "ink"),
        (stack.post("/predict", "image/png", png.clone()), "image/png", "photo"),
        (stack.post("/predict", "application/json", pixels), "image/png", "bitmap"),
    ];
    for (request, media_type, class) in sent {
        let answer = json(request.send().await.unwrap(), StatusCode::OK).await;
        let id = answer["id"].as_str().unwrap();
        let shown = page(&stack, &format!("/drawings/{id}")).await;
        let picture = stack.get(&format!("/drawings/{id}/picture")).send().await.unwrap();
        assert_eq!(picture.headers()["content-type"], media_type);
        let bytes = picture.bytes().await.unwrap();
        match media_type {
            "image/svg+xml" => {
                let strokes = eight["strokes"].as_array().unwrap().len();
                for svg in [std::str::from_utf8(&bytes).unwrap(), &shown] {
                    assert_eq!(svg.matches("<polyline").count(), strokes, "{svg}");
                }
            }
            _ => assert!(shown.contains(&format!("class=\"{class}\" src=\"/drawings/{id}/picture\"")), "{shown}"),
        }
    }
}

async fn problem(response: Response, status: StatusCode) -> (String, String) {
    assert_eq!(response.status(), status);
    let language = response.headers()["content-language"].to_str().unwrap().to_owned();
    (language, response.text().await.unwrap())
}

#[tokio::test]
async fn a_failed_page_has_the_status_of_its_problem_and_says_why() {
    let stack = Stack::start().await;
    let unknown = "/drawings/01890000-0000-7000-8000-000000000000";
    for (path, status, says) in [
        ("/history?predicted=ten", StatusCode::BAD_REQUEST, "Diese Filter sind nicht lesbar"),
        ("/history?before=x", StatusCode::BAD_REQUEST, "Diese Filter sind nicht lesbar"),
        ("/quality?days=0", StatusCode::BAD_REQUEST, "Diese Filter sind nicht lesbar"),
        ("/label?after=x", StatusCode::BAD_REQUEST, "Diese Filter sind nicht lesbar"),
        (unknown, StatusCode::NOT_FOUND, "gibt es nicht mehr"),
        ("/drawings/x", StatusCode::NOT_FOUND, "gibt es nicht mehr"),
    ] {
        let response = stack.get(path).header("accept-language", "de").send().await.unwrap();
        let (language, page) = problem(response, status).await;
        assert_eq!(language, "de");
        assert!(page.contains(says) && page.contains("<html lang=\"de\">"), "{path}: {page}");
    }
    let picture = stack.get("/drawings/x/picture").send().await.unwrap();
    assert_eq!(json(picture, StatusCode::NOT_FOUND).await["code"], "not_found");
}

#[tokio::test]
async fn pages_answer_503_with_retry_after_while_the_database_is_unavailable() {
    let nowhere = "postgres://nobody@127.0.0.1:9/digits".parse().unwrap();
    let stack = Stack::of(crate::stack::start_model("127.0.0.1:0".parse().unwrap()).await, nowhere).await;
    for path in ["/history", "/label", "/quality", "/drawings/01890000-0000-7000-8000-000000000000"] {
        let response = stack.get(path).send().await.unwrap();
        assert!(response.headers().contains_key("retry-after"), "{path}");
        let (_, page) = problem(response, StatusCode::SERVICE_UNAVAILABLE).await;
        assert!(page.contains("The history is temporarily unavailable"), "{path}: {page}");
    }
}

#[tokio::test]
async fn a_form_labels_the_queue_and_withdraws_a_label_without_scripts() {
    let stack = Stack::start().await;
    let id = stack.draw(&drawings::all()[3]).await["id"].as_str().unwrap().to_owned();
    let send = |form: String| stack.post("/label", "application/x-www-form-urlencoded", form).send();
    let label = |text: &str| send(format!("id={id}&true_label={text}"));
    let queue = page(&stack, "/label").await;
    assert!(queue.contains("1 drawing left") && queue.contains(&format!("/drawings/{id}/picture")), "{queue}");
    assert!(!queue.contains("The network predicted"), "the page must not suggest a label: {queue}");

    let then = async |text: &str| {
        let response = label(text).await.unwrap();
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        page(&stack, response.headers()["location"].to_str().unwrap()).await
    };
    let done = then("3").await;
    assert!(done.contains("Labelled 3.") && done.contains("The network predicted: 3,"), "{done}");
    assert!(done.contains("0 drawings left") && done.contains("Every drawing is labelled. Thank you."), "{done}");
    let again = then("").await;
    assert!(again.contains("1 drawing left") && again.contains(&format!("/drawings/{id}/picture")), "{again}");
    let row = json(stack.get(&format!("/api/v1/predictions/{id}")).send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(row["true_label"], Value::Null);

    assert_eq!(label("seven").await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(send("true_label=7".to_owned()).await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
}
