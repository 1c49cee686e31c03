//! Tests of `api import`: exports move to another database unchanged, and MNIST's files become labelled drawings.

use crate::{
    drawings::{self, Picture},
    person::{Person, bearer, token},
    stack::{MODEL_REQUESTS, Stack, json, model_client},
};
use api::{ByteSize, ImportOptions, Settings, run_import_command};
use base64::{Engine, engine::general_purpose::STANDARD};
use digit::Bitmap;
use flate2::{Compression, write::GzEncoder};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json as value};
use std::{fs, io::Write, path::PathBuf};
use tempfile::TempDir;

/// Runs `api import`, and returns its output or its error.
async fn import(stack: &Stack, files: &[PathBuf], skip_invalid: bool) -> Result<String, String> {
    import_within(stack, files, skip_invalid, None).await
}

/// The same, while all inputs together stay within this number of bytes.
async fn import_within(
    stack: &Stack,
    files: &[PathBuf],
    skip_invalid: bool,
    bytes: Option<u64>,
) -> Result<String, String> {
    let model = stack.model.as_ref().unwrap();
    let model = model_client(&[model.address], MODEL_REQUESTS).await;
    let mut out = Vec::new();
    let options = ImportOptions { files: files.to_vec(), skip_invalid };
    match run_import_command(&stack.store(), &model, &options, bytes.map(ByteSize), &mut out).await {
        Ok(()) => Ok(String::from_utf8(out).unwrap()),
        Err(error) => Err(format!("{error:#}")),
    }
}

/// Writes a file into a folder.
fn file(folder: &TempDir, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The last line of the output.
fn last(out: &str) -> &str {
    out.lines().last().unwrap_or_default()
}

#[tokio::test]
async fn a_program_imports_an_export_with_its_token_all_lines_or_none() {
    let (from, to) = (Stack::start().await, Stack::with_accounts().await);
    for digit in [3, 8] {
        from.draw(&drawings::all()[digit]).await;
    }
    let export = from.get(EXPORT).send().await.unwrap().text().await.unwrap();
    let ada = Person::invited(&to, "ada", "operator").await;
    let token = token(&ada, "moves", &["import", "export"]).await;
    let send = async |body: String| {
        let request = to.post("/api/v1/import", "application/x-ndjson", body).bearer_auth(&token);
        request.send().await.unwrap()
    };
    let problem = json(send(format!("{export}{{}}\n")).await, StatusCode::UNPROCESSABLE_ENTITY).await;
    assert!(problem["detail"].as_str().unwrap().starts_with("line 3 is invalid: "), "{problem}");
    assert_eq!(to.rows().await, 0);
    assert_eq!(to.audited("import", false).await, [] as [String; 0], "nothing is imported");
    assert_eq!(json(send(export.clone()).await, StatusCode::OK).await, value!({ "imported": 2, "present": 0 }));
    assert_eq!(json(send(export.clone()).await, StatusCode::OK).await, value!({ "imported": 0, "present": 2 }));
    assert_eq!(bearer(&to, &token, EXPORT).await.text().await.unwrap(), export);
    assert_eq!(to.audited("import", false).await, ["a request"], "the second request imported nothing");
}

#[tokio::test]
async fn an_import_over_http_confirms_only_labels_of_operators_of_this_service() {
    let (from, to) = (Stack::with_accounts().await, Stack::with_accounts().await);
    let elsewhere = Person::invited(&from, "ada", "operator").await;
    let visitor = Person::visitor(&from).await;
    for _ in 0..2 {
        let id = visitor.draw().await;
        let labelled = elsewhere.post(&format!("/drawings/{id}/label"), &[("true_label", "3")]).await;
        assert_eq!(labelled.status(), StatusCode::SEE_OTHER);
    }
    let export = elsewhere.get(EXPORT).await.page(StatusCode::OK).await;
    let ada = Person::invited(&to, "ada", "operator").await;
    let grace = Person::invited(&to, "grace", "labeller").await;
    let token = token(&ada, "moves", &["import"]).await;
    let mut sql = to.sql().await;
    let operator: String =
        sqlx::query_scalar("select id::text from users where name = 'ada'").fetch_one(&mut sql).await.unwrap();
    let mut lines: Vec<Value> = export.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines[1]["labels"][0]["user_id"] = operator.into();
    let body = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let request = to.post("/api/v1/import", "application/x-ndjson", body).bearer_auth(&token);
    assert_eq!(json(request.send().await.unwrap(), StatusCode::OK).await["imported"], 2);
    for (line, role, is_confirmed) in [(&lines[0], "labeller", false), (&lines[1], "operator", true)] {
        let id = line["id"].as_str().unwrap();
        let found: (String, bool) = sqlx::query_as(
            "select role, is_confirmed from labels join label_votes using (prediction_id) where prediction_id = $1::uuid",
        )
        .bind(id)
        .fetch_one(&mut sql)
        .await
        .unwrap();
        assert_eq!(found, (role.to_owned(), is_confirmed), "{line}");
    }
    // The label of the unknown operator is one vote.
    let id = lines[0]["id"].as_str().unwrap();
    grace.post(&format!("/drawings/{id}/label"), &[("true_label", "8")]).await;
    let shown = ada.get(&format!("/api/v1/predictions/{id}")).await.page(StatusCode::OK).await;
    assert!(shown.contains("\"true_label\":null"), "a tie: {shown}");

    // The command keeps the roles of the file.
    let folder = tempfile::tempdir().unwrap();
    let third = Stack::start().await;
    import(&third, &[file(&folder, "digits.ndjson", export.as_bytes())], false).await.unwrap();
    let confirmed: i64 = sqlx::query_scalar("select count(*) from label_votes where is_confirmed")
        .fetch_one(&mut third.sql().await)
        .await
        .unwrap();
    assert_eq!(confirmed, 2);
}

const EXPORT: &str = "/api/v1/export/predictions.ndjson";

#[tokio::test]
async fn an_export_that_moves_to_another_database_is_the_same_there() {
    let (from, to) = (Stack::with_accounts().await, Stack::with_accounts().await);
    let ada = Person::invited(&from, "ada", "operator").await;
    let (grace, mary) =
        (Person::invited(&from, "grace", "labeller").await, Person::invited(&from, "mary", "labeller").await);
    let visitor = Person::visitor(&from).await;
    let strokes = || drawings::all()[8].to_string();
    let pixels = value!({ "pixels": Bitmap::new([200; Bitmap::LEN]) }).to_string();
    let mut ids = vec![visitor.draw().await];
    for request in [
        from.post("/predict?source=canvas&may_train=true", "application/json", strokes()),
        from.post("/predict?may_train=false", "application/json", pixels),
        from.upload("/predict?source=upload", Picture::default().png(&drawings::two_digits())),
    ] {
        let drawn = visitor.send_as_program(request).await.page(StatusCode::OK).await;
        ids.push(serde_json::from_str::<Value>(&drawn).unwrap()["id"].as_str().unwrap().to_owned());
    }
    let anonymous = from.draw(&drawings::all()[3]).await;
    for (person, number, label) in [
        (&visitor, 0, "1"),
        (&grace, 0, "3"),
        (&mary, 0, "4"), // a tie
        (&grace, 1, "8"),
        (&mary, 1, "7"),
        (&ada, 1, "7"),
        (&ada, 1, "unsure"),
        (&grace, 2, "2"),
        (&grace, 2, ""),
    ] {
        let path = format!("/drawings/{}/label", ids[number]);
        assert_eq!(person.post(&path, &[("true_label", label)]).await.status(), StatusCode::SEE_OTHER);
    }
    let export = ada.get(EXPORT).await.page(StatusCode::OK).await;
    assert_eq!(export.lines().count(), 5);

    let folder = tempfile::tempdir().unwrap();
    let files = [file(&folder, "digits.ndjson", export.as_bytes())];
    let out = import(&to, &files, false).await.unwrap();
    assert_eq!(last(&out), "drawings: 5 imported, 0 already there, 0 invalid");
    let operator = Person::invited(&to, "mary", "operator").await;
    assert_eq!(operator.get(EXPORT).await.page(StatusCode::OK).await, export, "byte for byte");
    let imported = "select count(*) from users where name like 'imported %' and is_disabled and password_hash is null";
    let imported: i64 = sqlx::query_scalar(imported).fetch_one(&mut to.sql().await).await.unwrap();
    assert_eq!(imported, 3, "nobody can log in as a person who labelled elsewhere");

    // A repetition, also of a compressed file, changes nothing.
    let files = [file(&folder, "digits.ndjson.gz", &gzip(export.as_bytes()))];
    let out = import(&to, &files, false).await.unwrap();
    assert_eq!(last(&out), "drawings: 0 imported, 5 already there, 0 invalid");
    assert_eq!(operator.get(EXPORT).await.page(StatusCode::OK).await, export);
    assert_eq!(to.audited("import", false).await.len(), 1, "one entry for what was imported");

    // The visitor finds the own drawings, and the deletion token works.
    let moved = Person::new(&to);
    moved.set("visitor", &visitor.cookie("visitor").unwrap());
    let mine = moved.get("/api/v1/me").await.page(StatusCode::OK).await;
    assert!(ids.iter().all(|id| mine.contains(id)), "{mine}");
    let path = to.url(&format!("/api/v1/predictions/{}", anonymous["id"].as_str().unwrap()));
    let deleted =
        to.http.request(Method::DELETE, path).header("deletion-token", anonymous["deletion_token"].as_str().unwrap());
    assert_eq!(deleted.send().await.unwrap().status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn an_import_keeps_whose_labels_count_and_which_drawings_are_in_the_random_sample() {
    let (from, to) = (Stack::with_accounts().await, Stack::with_accounts().await);
    let ada = Person::invited(&from, "ada", "operator").await;
    let grace = Person::invited(&from, "grace", "labeller").await;
    let mary = Person::invited(&from, "mary", "labeller").await;
    let kate = Person::invited(&from, "kate", "labeller").await;
    let (visitor, of_mary) = (Person::new(&from), Person::new(&from));
    for person in [&visitor, &of_mary] {
        person.get("/").await.page(StatusCode::OK).await;
    }
    let mut ids = Vec::new();
    for person in [&visitor; 20].into_iter().chain([&of_mary]) {
        ids.push(person.draw().await);
    }
    let sample = "delete from random_sample; insert into random_sample (prediction_id)
        select id from predictions order by id limit 10";
    sqlx::raw_sql(sample).execute(&mut from.sql().await).await.unwrap();
    for (person, number, given) in
        [(&grace, 0, "3"), (&mary, 0, "8"), (&grace, 1, "8"), (&grace, 15, "3"), (&mary, 20, "3"), (&kate, 20, "8")]
    {
        let labelled = person.post("/label", &[("id", &ids[number]), ("true_label", given)]).await;
        assert_eq!(labelled.status(), StatusCode::SEE_OTHER);
    }
    // A vote that became a label of the person's own drawing.
    of_mary.log_in("mary", Person::PASSWORD).await.leads_to("/account");
    ada.post("/people", &[("name", "grace"), ("action", "ignore_labels")]).await.page(StatusCode::OK).await;
    let mut sql = from.sql().await;
    while sqlx::query_scalar::<_, i64>("select count(*) from label_recounts").fetch_one(&mut sql).await.unwrap() > 0 {
        sqlx::query("select recount_labels(100)").execute(&mut sql).await.unwrap();
    }
    let export = ada.get(EXPORT).await.page(StatusCode::OK).await;

    let folder = tempfile::tempdir().unwrap();
    import(&to, &[file(&folder, "digits.ndjson", export.as_bytes())], false).await.unwrap();
    let operator = Person::invited(&to, "joan", "operator").await;
    assert_eq!(operator.get(EXPORT).await.page(StatusCode::OK).await, export, "byte for byte");
    let counts = "select string_agg(concat_ws(' ', prediction_id, people, true_label), ', ' order by prediction_id)
        from random_sample";
    let (mut counted, mut ignored) = (Vec::new(), Vec::new());
    for stack in [&from, &to] {
        let mut sql = stack.sql().await;
        counted.push(sqlx::query_scalar::<_, String>(counts).fetch_one(&mut sql).await.unwrap());
        let ignoring = "select id from users where not labels_count";
        ignored.push(sqlx::query_scalar::<_, uuid::Uuid>(ignoring).fetch_all(&mut sql).await.unwrap());
    }
    assert_eq!(counted[1], counted[0], "the random sample and its labels");
    assert_eq!((ignored[1].len(), &ignored[1]), (1, &ignored[0]), "the labels of grace count in neither");

    // A file of an earlier version has neither field.
    let third = Stack::start().await;
    let mut lines: Vec<Value> = export.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &mut lines {
        line.as_object_mut().unwrap().remove("in_random_sample").unwrap();
        let labels = line.get_mut("labels").and_then(Value::as_array_mut);
        for label in labels.into_iter().flatten() {
            label.as_object_mut().unwrap().remove("labels_count");
        }
    }
    let old = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let out = import(&third, &[file(&folder, "old.ndjson", old.as_bytes())], false).await.unwrap();
    assert_eq!(last(&out), "drawings: 21 imported, 0 already there, 0 invalid");
}

/// The number and the bytes of stored inputs, as the service counts them and as they are.
async fn stored(stack: &Stack) -> [(i64, i64); 2] {
    let mut sql = stack.sql().await;
    let counted = sqlx::query_as("select drawings, bytes from all_stored_inputs").fetch_one(&mut sql).await.unwrap();
    let found = "select count(*), coalesce(sum(octet_length(input)), 0)::bigint from predictions";
    [counted, sqlx::query_as(found).fetch_one(&mut sql).await.unwrap()]
}

#[tokio::test]
async fn an_import_stops_at_the_limit_of_the_storage_and_loses_no_row() {
    let from = Stack::start().await;
    let drawing = drawings::all()[8].to_string();
    let of_size = |bytes: usize| format!("{drawing}{}", " ".repeat(bytes - drawing.len()));
    let drawn = from.post("/predict", "application/json", of_size(10_000));
    json(drawn.send().await.unwrap(), StatusCode::OK).await;
    let first = from.get(EXPORT).send().await.unwrap().text().await.unwrap();
    json(from.post("/predict", "application/json", of_size(10_000)).send().await.unwrap(), StatusCode::OK).await;
    let both = from.get(EXPORT).send().await.unwrap().text().await.unwrap();

    let settings = Settings { storage_limit: Some(ByteSize(15_000)), ..Settings::default() };
    let to = Stack::with_settings(settings).await;
    let send =
        async |lines: &str| to.post("/api/v1/import", "application/x-ndjson", lines.to_owned()).send().await.unwrap();
    let problem = json(send(&both).await, StatusCode::INSUFFICIENT_STORAGE).await;
    assert_eq!(problem["code"], "storage_full");
    assert_eq!(stored(&to).await, [(0, 0); 2]);
    assert_eq!(json(send(&first).await, StatusCode::OK).await, value!({ "imported": 1, "present": 0 }));
    // Imported drawings count at once, and drawings that are there already need no room.
    let submission = to.post("/predict", "application/json", of_size(5_001));
    json(submission.send().await.unwrap(), StatusCode::INSUFFICIENT_STORAGE).await;
    json(to.post("/predict", "application/json", of_size(5_000)).send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(json(send(&first).await, StatusCode::OK).await, value!({ "imported": 0, "present": 1 }));
    json(send(&both).await, StatusCode::INSUFFICIENT_STORAGE).await;
    assert_eq!(stored(&to).await, [(2, 15_000); 2]);

    let to = Stack::start().await;
    let folder = tempfile::tempdir().unwrap();
    let files = [file(&folder, "first", first.as_bytes()), file(&folder, "both", both.as_bytes())];
    let error = import_within(&to, &files, false, Some(15_000)).await.unwrap_err();
    assert!(error.contains("would exceed STORAGE_LIMIT (15kB)"), "{error}");
    assert_eq!(stored(&to).await, [(1, 10_000); 2], "the first file is imported");
    let out = import_within(&to, &files, false, Some(20_000)).await.unwrap();
    assert_eq!(last(&out), "drawings: 1 imported, 2 already there, 0 invalid");
    assert_eq!(stored(&to).await, [(2, 20_000); 2]);
}

#[tokio::test]
async fn an_invalid_line_stops_an_import_by_its_number_or_is_skipped() {
    let (from, to) = (Stack::start().await, Stack::start().await);
    for drawing in &drawings::all()[..3] {
        from.draw(drawing).await;
    }
    let export = from.get(EXPORT).send().await.unwrap().text().await.unwrap();
    let mut lines: Vec<&str> = export.lines().collect();
    let changed = lines[1].replace("\"confidence\":", "\"confidence\":7");
    lines[1] = &changed;
    let folder = tempfile::tempdir().unwrap();
    let files = [file(&folder, "damaged.ndjson", lines.join("\n").as_bytes())];
    let error = import(&to, &files, false).await.unwrap_err();
    assert!(error.contains("damaged.ndjson, line 2 is invalid: \"confidence\""), "{error}");
    assert_eq!(to.rows().await, 0, "no transaction ended");
    let out = import(&to, &files, true).await.unwrap();
    assert_eq!(last(&out), "drawings: 2 imported, 0 already there, 1 invalid");
    assert_eq!(to.rows().await, 2);
    for (name, content) in [("text", &b"no export"[..]), ("idx", &[0, 0, 8, 3, 0, 0, 0, 9])] {
        assert!(import(&to, &[file(&folder, name, content)], true).await.is_err(), "{name}");
    }
}

#[tokio::test]
async fn an_imported_image_loses_its_metadata() {
    let stack = Stack::start().await;
    let sent = stack.upload("/predict?source=upload", Picture::default().png(&drawings::all()[8]));
    json(sent.send().await.unwrap(), StatusCode::OK).await;
    let export = stack.get(EXPORT).send().await.unwrap().text().await.unwrap();
    let mut line: Value = serde_json::from_str(&export).unwrap();
    let clean = STANDARD.decode(line["input"].as_str().unwrap()).unwrap();
    // A comment after the header of the PNG.
    let comment = b"tEXtComment\0Mary's camera";
    let mut crc = flate2::Crc::new();
    crc.update(comment);
    let length = u32::try_from(comment.len() - 4).unwrap().to_be_bytes();
    let chunk = [&length[..], comment, &crc.sum().to_be_bytes()].concat();
    line["input"] = STANDARD.encode([&clean[..33], &chunk, &clean[33..]].concat()).into();

    let to = Stack::start().await;
    let folder = tempfile::tempdir().unwrap();
    import(&to, &[file(&folder, "photo.ndjson", line.to_string().as_bytes())], false).await.unwrap();
    let stored: Vec<u8> =
        sqlx::query_scalar("select input from predictions").fetch_one(&mut to.sql().await).await.unwrap();
    assert!(stored == clean, "the comment is gone");
}

#[tokio::test]
async fn the_audit_log_has_an_entry_for_each_file_of_which_something_is_imported() {
    let (from, to) = (Stack::start().await, Stack::start().await);
    let mut exports = Vec::new();
    for drawing in &drawings::all()[..2] {
        from.draw(drawing).await;
        exports.push(from.get(EXPORT).send().await.unwrap().text().await.unwrap());
    }
    let folder = tempfile::tempdir().unwrap();
    let files = [
        file(&folder, "first", exports[0].as_bytes()),
        file(&folder, "again", exports[0].as_bytes()),
        file(&folder, "empty", b""),
        file(&folder, "second", exports[1].as_bytes()),
        file(&folder, "damaged", b"{}"),
    ];
    import(&to, &files, false).await.unwrap_err();
    let audited = to.audited("import", false).await;
    let expected: Vec<String> = [&files[0], &files[3]].iter().map(|path| path.display().to_string()).collect();
    assert_eq!(audited, expected);

    // An import that fails leaves no entry.
    let to = Stack::start().await;
    let fails = "create function fail() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$;
        create trigger fail before insert on predictions for each row execute function fail();
        grant execute on function fail() to public";
    sqlx::raw_sql(fails).execute(&mut to.sql().await).await.unwrap();
    import(&to, &files[..1], false).await.unwrap_err();
    assert_eq!(to.audited("import", false).await, [] as [String; 0]);
}

/// Files of images and labels in MNIST's format.
fn mnist(images: &[Bitmap], labels: &[u8]) -> [Vec<u8>; 2] {
    let word = |number: usize| u32::try_from(number).unwrap().to_be_bytes();
    let head = [word(0x0803), word(images.len()), word(28), word(28)].concat();
    let pixels = images.iter().flat_map(|image| *image.levels());
    let labels = [&[word(0x0801), word(labels.len())].concat(), labels].concat();
    [head.into_iter().chain(pixels).collect(), labels]
}

#[tokio::test]
async fn images_of_mnist_are_recognised_labelled_and_imported_once() {
    let stack = Stack::start().await;
    let mut images = Vec::new();
    for drawing in &drawings::all()[..4] {
        let answer = stack.post("/predict?preview=true&include=bitmap", "application/json", drawing.to_string());
        let answer = json(answer.send().await.unwrap(), StatusCode::OK).await;
        images.push(serde_json::from_value::<Bitmap>(answer["bitmap"].clone()).unwrap());
    }
    let folder = tempfile::tempdir().unwrap();
    let [with_images, with_labels] = mnist(&images, &[0, 1, 2, 9]);
    let files = [file(&folder, "images.gz", &gzip(&with_images)), file(&folder, "labels", &with_labels)];
    let out = import(&stack, &files, false).await.unwrap();
    assert_eq!(last(&out), "drawings: 4 imported, 0 already there, 0 invalid");
    let page = json(stack.get("/api/v1/predictions").send().await.unwrap(), StatusCode::OK).await;
    let mut rows: Vec<(i64, i64)> = page["predictions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["true_label"].as_i64().unwrap(), row["prediction"].as_i64().unwrap()))
        .collect();
    rows.sort_unstable();
    assert_eq!(rows, [(0, 0), (1, 1), (2, 2), (9, 3)], "each has its label, and the answer of the model");
    assert_eq!(json(stack.get("/api/v1/quality").send().await.unwrap(), StatusCode::OK).await["correct"]["count"], 3);

    // One is deleted, and the files come in the other order.
    sqlx::query("delete from predictions where prediction = 3").execute(&mut stack.sql().await).await.unwrap();
    let out = import(&stack, &[files[1].clone(), files[0].clone()], false).await.unwrap();
    assert_eq!(last(&out), "drawings: 1 imported, 3 already there, 0 invalid");
    assert_eq!(stack.rows().await, 4);

    let error = import(&stack, &files[..1], false).await.unwrap_err();
    assert!(error.contains("images.gz has no second file"), "{error}");
    images.push(Bitmap::new([0; Bitmap::LEN]));
    let [with_images, with_labels] = mnist(&images, &[0, 1, 2, 9, 5]);
    let more = [file(&folder, "more", &with_images), file(&folder, "more-labels", &with_labels)];
    let error = import(&stack, &[more[0].clone(), files[1].clone()], false).await.unwrap_err();
    assert!(error.contains("has 5 images, but there are 4 labels"), "{error}");
    let error = import(&stack, &more, false).await.unwrap_err();
    assert!(error.contains("more, image 5 is invalid"), "{error}");
    let out = import(&stack, &more, true).await.unwrap();
    assert_eq!(last(&out), "drawings: 4 imported, 0 already there, 1 invalid");
}
