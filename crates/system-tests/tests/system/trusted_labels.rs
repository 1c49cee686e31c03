//! The labelling queue of people with accounts, the random sample, gold drawings and disputes.

use crate::{
    pages::between,
    person::{Person, bearer, token},
    stack::{Stack, json},
};
use reqwest::StatusCode;
use serde_json::{Value, json as value};

/// A visitor's drawings, of which none belongs to the random sample.
async fn drawings(stack: &Stack, count: usize) -> Vec<String> {
    let visitor = Person::visitor(stack).await;
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(visitor.draw().await);
    }
    empty_sample(stack).await;
    ids
}

/// Takes all drawings out of the random sample.
async fn empty_sample(stack: &Stack) {
    sqlx::query("delete from random_sample").execute(&mut stack.sql().await).await.unwrap();
}

/// Adds a drawing to the random sample.
async fn sample(stack: &Stack, id: &str) {
    let query = sqlx::query("insert into random_sample (prediction_id) values ($1::uuid)");
    query.bind(id).execute(&mut stack.sql().await).await.unwrap();
}

/// A value of the database as text.
async fn found(stack: &Stack, query: &str) -> Option<String> {
    sqlx::query_scalar(sqlx::AssertSqlSafe(query.to_owned())).fetch_one(&mut stack.sql().await).await.unwrap()
}

/// The label of a drawing that counts.
async fn counted(stack: &Stack, id: &str) -> Option<String> {
    found(stack, &format!("select true_label from prediction_index where id = '{id}'")).await
}

/// The origin of the last label.
pub(crate) async fn last_origin(stack: &Stack) -> String {
    found(stack, "select origin from labels order by id desc limit 1").await.unwrap()
}

/// The answer of the API to a person.
async fn answer(person: &Person<'_>, path: &str) -> Value {
    serde_json::from_str(&person.get(path).await.page(StatusCode::OK).await).unwrap()
}

/// The ids of the drawings that the queue offers to a person.
pub(crate) async fn queue(person: &Person<'_>, query: &str) -> Vec<String> {
    let page = answer(person, &format!("/api/v1/labelling-queue?limit=100{query}")).await;
    let drawings = page["drawings"].as_array().unwrap();
    drawings.iter().map(|drawing| drawing["id"].as_str().unwrap().to_owned()).collect()
}

/// Labels a drawing on the page of the queue.
pub(crate) async fn label(person: &Person<'_>, id: &str, label: &str) {
    let reply = person.post("/label", &[("id", id), ("true_label", label)]).await;
    assert_eq!(reply.status(), StatusCode::SEE_OTHER);
}

/// Counts labels again until none is left to count, in the smallest portions, and returns how many there were.
async fn recount(stack: &Stack) -> usize {
    let mut portions = 0;
    loop {
        let recounted: i32 =
            sqlx::query_scalar("select recount_labels(1)").fetch_one(&mut stack.sql().await).await.unwrap();
        if found(stack, "select count(*)::text from label_recounts").await.as_deref() == Some("0") {
            return portions;
        }
        portions += usize::from(recounted > 0);
    }
}

#[tokio::test]
async fn the_queue_offers_a_drawing_of_the_random_sample_until_two_people_have_labelled_it() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let mary = Person::invited(&stack, "mary", "labeller").await;
    let ids = drawings(&stack, 2).await;
    sample(&stack, &ids[0]).await;

    // A label from elsewhere does not keep a drawing out of the sample, because people choose what they label there.
    let elsewhere = grace.post(&format!("/drawings/{}/label", ids[0]), &[("true_label", "8")]).await;
    assert_eq!((elsewhere.status(), &*last_origin(&stack).await), (StatusCode::SEE_OTHER, "open"));
    assert!(queue(&grace, "").await.contains(&ids[0]));

    label(&grace, &ids[0], "8").await;
    assert_eq!(last_origin(&stack).await, "random_sample");
    assert!(!queue(&grace, "").await.contains(&ids[0]), "nobody labels a drawing twice");
    assert!(queue(&mary, "").await.contains(&ids[0]), "another person labels it, too");
    label(&grace, &ids[0], "").await;
    assert!(queue(&grace, "").await.contains(&ids[0]), "the label was withdrawn");
    label(&grace, &ids[0], "8").await;
    label(&mary, &ids[0], "unsure").await;
    assert_eq!(queue(&ada, "").await, [ids[1].clone()]);

    label(&ada, &ids[1], "8").await;
    assert_eq!(last_origin(&stack).await, "queue");
    assert_eq!(queue(&ada, "").await, [] as [String; 0]);
}

#[tokio::test]
async fn the_queue_offers_nobody_their_own_drawings() {
    let stack = Stack::with_accounts().await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let mary = Person::invited(&stack, "mary", "labeller").await;
    let ids = [grace.draw().await, grace.draw().await];
    empty_sample(&stack).await;
    sample(&stack, &ids[1]).await;
    assert_eq!(queue(&grace, "").await, [] as [String; 0]);
    assert_eq!(queue(&mary, "").await.len(), 2);
    let page = grace.get("/label").await.page(StatusCode::OK).await;
    assert!(page.contains("No drawing waits for your label now."), "{page}");
}

#[tokio::test]
async fn about_a_fifth_of_the_drawings_belongs_to_the_random_sample() {
    let stack = Stack::start().await;
    stack.seed_predictions(2000).await;
    let share = found(&stack, "select count(*)::text from random_sample").await.unwrap().parse::<u32>().unwrap();
    assert!((300..500).contains(&share), "{share} of 2000, more than five standard deviations from 400");
}

#[tokio::test]
async fn the_queue_tells_neither_the_prediction_nor_the_kind_of_a_drawing() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let ids = drawings(&stack, 3).await;
    sample(&stack, &ids[1]).await;
    label(&ada, &ids[2], "8").await;

    let answer = answer(&grace, "/api/v1/labelling-queue").await;
    for drawing in answer["drawings"].as_array().unwrap() {
        let mut keys: Vec<_> = drawing.as_object().unwrap().keys().collect();
        keys.sort_unstable();
        assert_eq!(keys, ["bitmap", "id"]);
    }
    let mut pages = Vec::new();
    for id in &ids {
        let page = grace.get(&format!("/label?drawing={id}")).await.page(StatusCode::OK).await;
        assert!(page.contains(&format!("/drawings/{id}/picture")));
        let queue = between(&page, "<div id=\"labelling\"", "</main>")[0].to_owned();
        pages.push(ids.iter().fold(queue, |page, id| page.replace(id, "ID")));
    }
    assert!(pages.iter().all(|page| *page == pages[0]), "{pages:?}");

    // After a label, the page names the person's own label, not the one that counts.
    let reply = grace.post("/label", &[("id", &ids[2]), ("true_label", "3")]).await;
    let page = grace.get(&reply.header("location").unwrap()).await.page(StatusCode::OK).await;
    assert!(page.contains("Labelled 3."), "{page}");
    assert_eq!((last_origin(&stack).await, counted(&stack, &ids[2]).await), ("gold".to_owned(), Some("8".to_owned())));
}

#[tokio::test]
async fn a_skipped_drawing_does_not_come_again_until_the_person_returns_to_it() {
    let stack = Stack::with_accounts().await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let ids = drawings(&stack, 3).await;
    let (mut path, mut seen) = ("/label".to_owned(), Vec::new());
    let page = loop {
        let page = grace.get(&path).await.page(StatusCode::OK).await;
        let Some(skip) = between(&page, "id=\"skip\" class=\"button\" href=\"", "\"").first().copied() else {
            break page;
        };
        seen.push(between(&page, "<form class=\"choose\"", "</form>")[0].to_owned());
        path = skip.replace("&amp;", "&").replace("&#38;", "&");
        assert!(seen.len() <= ids.len(), "{path}");
    };
    assert!(page.contains("You skipped the drawings that are left."), "{page}");
    for id in &ids {
        let shown = seen.iter().filter(|form| form.contains(&format!("name=\"id\" value=\"{id}\""))).count();
        assert_eq!(shown, 1, "{id}");
    }
}

#[tokio::test]
async fn disputed_drawings_are_a_filter_and_a_queue_until_somebody_settles_them() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let mary = Person::invited(&stack, "mary", "labeller").await;
    let joan = Person::invited(&stack, "joan", "labeller").await;
    let ids = drawings(&stack, 2).await;
    label(&grace, &ids[0], "3").await;
    assert_eq!(queue(&ada, "&disputed=true").await, [] as [String; 0]);
    label(&mary, &ids[0], "8").await;
    assert_eq!(counted(&stack, &ids[0]).await, None, "a tie");

    let listed = async |person: &Person<'_>| {
        person.get("/api/v1/predictions?disputed=true").await.page(StatusCode::OK).await.contains(&ids[0])
    };
    assert!(listed(&ada).await);
    let history = joan.get("/history?disputed=true").await.page(StatusCode::OK).await;
    assert!(history.contains(&ids[0]) && !history.contains(&ids[1]));
    assert!(joan.get("/label").await.page(StatusCode::OK).await.contains("1 disputed"));
    assert_eq!(queue(&grace, "&disputed=true").await, [] as [String; 0], "both parties have labelled it");
    assert_eq!(queue(&joan, "&disputed=true").await, [ids[0].clone()]);

    let form = [("id", &*ids[0]), ("true_label", "8"), ("disputed", "true")];
    assert_eq!(joan.post("/label", &form).await.status(), StatusCode::SEE_OTHER);
    assert_eq!((counted(&stack, &ids[0]).await.as_deref(), &*last_origin(&stack).await), (Some("8"), "queue"));
    assert!(listed(&ada).await, "the majority decides, but people still disagree");
    label(&ada, &ids[0], "3").await;
    assert!(!listed(&ada).await, "the operator has decided");
}

#[tokio::test]
async fn labels_cease_to_count_when_a_labeller_disagrees_with_operators_and_count_again_when_an_operator_says_so() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let ids = drawings(&stack, 22).await;
    let (gold, others) = ids.split_at(20);
    for id in gold {
        label(&ada, id, "8").await;
    }
    label(&grace, &others[0], "3").await;
    label(&grace, &others[1], "3").await;
    assert_eq!(counted(&stack, &others[0]).await.as_deref(), Some("3"));

    // 15 of 20: the upper end of the interval is 0.888. The 20th answer decides, and `unsure` is none.
    label(&grace, &gold[0], "unsure").await;
    label(&grace, &gold[0], "1").await;
    for (place, id) in gold.iter().enumerate().skip(1) {
        assert_eq!(stack.audited("ignore_labels", false).await, [] as [String; 0]);
        label(&grace, id, if place < 5 { "1" } else { "8" }).await;
    }
    assert_eq!(stack.audited("ignore_labels", false).await, ["grace"]);
    let people = ada.get("/people").await.page(StatusCode::OK).await;
    assert!(people.contains("15 of 20 agree") && people.contains("labels do not count"), "{people}");

    recount(&stack).await;
    assert_eq!(counted(&stack, &others[0]).await, None, "earlier labels no longer count");
    assert_eq!(counted(&stack, &gold[0]).await.as_deref(), Some("8"), "those of others do");
    label(&grace, &others[0], "4").await;
    assert_eq!(counted(&stack, &others[0]).await, None, "later labels do not count, either");

    let form = [("name", "grace"), ("action", "count_labels")];
    ada.post("/people", &form).await.page(StatusCode::OK).await;
    recount(&stack).await;
    assert_eq!(counted(&stack, &others[0]).await.as_deref(), Some("4"));
    label(&grace, &gold[1], "1").await;
    assert_eq!(stack.audited("ignore_labels", false).await, ["grace"], "earlier gold answers matter no more");
    assert_eq!(stack.audited("count_labels", false).await, ["grace"]);
}

#[tokio::test]
async fn sixteen_of_twenty_gold_answers_are_enough() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    for (place, id) in drawings(&stack, 20).await.iter().enumerate() {
        label(&ada, id, "8").await;
        label(&grace, id, if place < 4 { "1" } else { "8" }).await;
    }
    assert_eq!(stack.audited("ignore_labels", false).await, [] as [String; 0], "the interval reaches 0.919");
}

#[tokio::test]
async fn a_recount_takes_one_portion_at_a_time_and_continues_where_it_stopped() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let ids = drawings(&stack, 5).await;
    for id in &ids {
        label(&grace, id, "8").await;
    }
    // The maintenance of the service counts, too; the transaction keeps it away.
    let mut sql = stack.sql().await;
    sqlx::raw_sql("begin; update users set labels_count = false where name = 'grace'").execute(&mut sql).await.unwrap();
    let mut portions = Vec::new();
    for _ in 0..4 {
        portions.push(sqlx::query_scalar::<_, i32>("select recount_labels(2)").fetch_one(&mut sql).await.unwrap());
    }
    assert_eq!(portions, [2, 2, 1, 0]);
    sqlx::raw_sql("commit").execute(&mut sql).await.unwrap();
    for id in &ids {
        assert_eq!(counted(&stack, id).await, None);
    }
    let history = ada.get("/api/v1/predictions?labelled=true").await.page(StatusCode::OK).await;
    assert!(history.contains("\"predictions\":[]"), "{history}");
}

#[tokio::test]
async fn the_quality_page_shows_the_accuracy_of_the_random_sample_beside_that_of_all_labels() {
    let stack = Stack::with_accounts().await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let ids = drawings(&stack, 6).await; // each is predicted as 8
    for id in &ids[..3] {
        sample(&stack, id).await;
    }
    let page = grace.get("/quality").await.page(StatusCode::OK).await;
    assert!(!page.contains("Random sample"), "no drawing is labelled");
    for (id, given) in ids.iter().zip(["8", "8", "unsure", "1", "1", "1"]) {
        label(&grace, id, given).await;
    }
    let quality = answer(&grace, "/api/v1/quality").await;
    let share = |name: &str| (quality[name]["count"].as_i64().unwrap(), quality[name]["total"].as_i64().unwrap());
    assert_eq!((share("correct"), share("random_sample")), ((2, 5), (2, 2)));
    let page = grace.get("/quality").await.page(StatusCode::OK).await;
    assert!(page.contains("Random sample") && page.contains("of 2 labelled predictions were correct."), "{page}");

    // A label of a sample's drawing from elsewhere does not count for the sample.
    sample(&stack, &ids[3]).await;
    let quality = answer(&grace, "/api/v1/quality?days=7").await;
    assert_eq!(quality["random_sample"]["total"], 2);
}

#[tokio::test]
async fn a_drawing_of_the_random_sample_without_agreement_is_undecided() {
    let stack = Stack::with_accounts().await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let mary = Person::invited(&stack, "mary", "labeller").await;
    let visitor = Person::visitor(&stack).await;
    let ids = [visitor.draw().await, visitor.draw().await];
    empty_sample(&stack).await;
    for id in &ids {
        sample(&stack, id).await;
    }
    // The drawer's label decides nothing, because drawers choose the drawings that they label.
    visitor.post(&format!("/drawings/{}/label", ids[0]), &[("true_label", "8")]).await;
    label(&grace, &ids[0], "unsure").await;
    label(&grace, &ids[1], "8").await;
    label(&mary, &ids[1], "3").await;
    let quality = answer(&grace, "/api/v1/quality").await;
    assert_eq!((&quality["random_sample"]["total"], &quality["random_sample_undecided"]), (&value!(0), &value!(2)));
    label(&mary, &ids[1], "8").await;
    let quality = answer(&grace, "/api/v1/quality").await;
    assert_eq!((&quality["random_sample"]["count"], &quality["random_sample_undecided"]), (&value!(1), &value!(1)));
}

#[tokio::test]
async fn the_first_answer_to_a_gold_drawing_counts() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let id = drawings(&stack, 1).await.remove(0);
    label(&ada, &id, "8").await;
    for given in ["unsure", "3", "", "8"] {
        label(&grace, &id, given).await;
        assert_eq!(last_origin(&stack).await, "gold");
    }
    let people = ada.get("/people").await.page(StatusCode::OK).await;
    assert!(people.contains("0 of 1 agree"), "{people}");
}

#[tokio::test]
async fn a_program_does_not_replace_the_label_of_the_operator_who_made_its_token() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let id = drawings(&stack, 1).await.remove(0);
    label(&ada, &id, "8").await;
    let token = token(&ada, "labels", &["label"]).await;
    let put = stack.http.put(stack.url(&format!("/api/v1/predictions/{id}/label"))).bearer_auth(&token);
    json(put.json(&value!({ "true_label": 3 })).send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(counted(&stack, &id).await.as_deref(), Some("8"));
}

#[tokio::test]
async fn a_withdrawal_elsewhere_takes_a_drawing_back_into_the_random_sample() {
    let stack = Stack::with_accounts().await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let id = drawings(&stack, 1).await.remove(0);
    sample(&stack, &id).await;
    label(&grace, &id, "8").await;
    assert!(!queue(&grace, "").await.contains(&id));
    grace.post(&format!("/drawings/{id}/label"), &[("true_label", "")]).await;
    assert!(queue(&grace, "").await.contains(&id));
}

#[tokio::test]
async fn a_program_labels_the_queue_without_a_permission_to_read() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let ids = drawings(&stack, 1).await;
    sample(&stack, &ids[0]).await;
    let token = token(&ada, "labels", &["label"]).await;
    let next = async || json(bearer(&stack, &token, "/api/v1/labelling-queue").await, StatusCode::OK).await;
    let drawing = next().await["drawings"][0].clone();
    assert_eq!((drawing["id"].as_str(), drawing["bitmap"].as_array().unwrap().len()), (Some(&*ids[0]), 784));
    let put = stack.http.put(stack.url(&format!("/api/v1/predictions/{}/label", ids[0]))).bearer_auth(&token);
    let answer = put.json(&value!({ "true_label": 8, "from_queue": true })).send().await.unwrap();
    assert_eq!(json(answer, StatusCode::OK).await["true_label"], 8);
    assert_eq!(last_origin(&stack).await, "random_sample");
    assert_eq!(next().await["drawings"], value!([]));
}
