//! Tests of a service that follows a registry over HTTP.

use crate::{
    fake_registry::{FakeRegistry, TOKEN},
    models::{Models, eventually, loaded, serving, version},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
};
use model::{Engine, Limits, Model, Registry, RegistryClient, RegistryToken, app, mirror, open_cache};
use service::{Metrics, Readiness};
use std::{fs, num::NonZeroUsize, path::Path, sync::Arc, thread, time::Duration};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// A model service, with the champion that came with the program and a folder of copies.
struct Replica {
    baked: Models,
    cache: TempDir,
}

impl Replica {
    fn new() -> Self {
        Self { baked: Models::with_champion(&["baked"]), cache: tempfile::tempdir().unwrap() }
    }

    fn cache(&self) -> &Path {
        self.cache.path()
    }

    /// Starts without a registry.
    fn open(&self) -> Registry {
        open_cache(self.cache(), &self.baked.path(), NonZeroUsize::MIN).unwrap()
    }

    /// Starts and follows a registry.
    fn follow(&self, client: RegistryClient) -> Arc<Registry> {
        let registry = Arc::new(self.open());
        mirror(client, &registry).unwrap();
        registry
    }

    fn copies(&self) -> Vec<String> {
        let entries =
            fs::read_dir(self.cache()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut copies: Vec<String> = entries.collect();
        copies.sort();
        copies
    }
}

/// The routes of a service, without connections.
struct Routes {
    router: Router,
    runtime: Runtime,
}

impl Routes {
    fn of(registry: Arc<Registry>) -> Self {
        let limits = Limits { workers: NonZeroUsize::MIN, slots: NonZeroUsize::MIN, patience: Duration::from_secs(10) };
        let engine = Arc::new(Engine::new(limits));
        let model = Model { engine, registry, readiness: Readiness::default(), trusts_trace_context: false };
        Self { router: app(model, &mut Metrics::default()), runtime: Runtime::new().unwrap() }
    }

    fn predict(&self, version: &str) -> (u16, String) {
        let eight = include_str!("../../../../examples/eight.json");
        let request = Request::post(format!("/predict?model={version}")).header("content-type", "application/json");
        self.send(request.body(Body::from(eight)).unwrap())
    }

    fn load(&self, version: &str) -> (u16, String) {
        self.send(Request::post(format!("/v2/repository/models/{version}/load")).body(Body::empty()).unwrap())
    }

    fn readyz(&self) -> String {
        self.send(Request::get("/readyz").body(Body::empty()).unwrap()).1
    }

    fn send(&self, request: Request) -> (u16, String) {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (status, body) = (response.status().as_u16(), to_bytes(response.into_body(), usize::MAX).await);
            (status, String::from_utf8(body.unwrap().to_vec()).unwrap())
        })
    }
}

/// Waits until an answer that the registry gives from now on is handled: the service asks again after that.
fn await_poll(source: &FakeRegistry) {
    let before = source.requests("/serving");
    assert!(eventually(|| source.requests("/serving") >= before + 2));
}

fn await_serving(registry: &Registry, name: &str) {
    assert!(eventually(|| serving(registry) == name), "{} serves, not {name}", serving(registry));
}

#[test]
fn the_version_that_the_registry_names_is_copied_and_serves() {
    let (models, replica) = (Models::with_champion(&["old", "new"]), Replica::new());
    let source = FakeRegistry::start(&models);
    let registry = replica.follow(source.client(TOKEN));
    assert_eq!(serving(&registry), "baked");
    for champion in ["old", "new", "old"] {
        models.promote(champion);
        await_serving(&registry, champion);
        assert!(eventually(|| network::champion(replica.cache()).is_ok_and(|copied| copied == version(champion))));
        for file in ["card.json", "weights.safetensors"] {
            let of = |folder: &Path| fs::read(folder.join(champion).join(file)).unwrap();
            assert!(of(replica.cache()) == of(&models.path()), "{champion}/{file}");
        }
    }
    assert_eq!(registry.wanted(), version("old"));
    assert_eq!(source.requests("/weights.safetensors"), 2, "a copy was downloaded again");
    assert_eq!(replica.copies(), ["baked", "champion", "new", "old"]);
}

#[test]
fn damaged_weights_in_the_registry_are_downloaded_once_and_the_previous_version_continues_to_serve() {
    let (models, replica) = (Models::with_champion(&["good", "bad"]), Replica::new());
    models.damage("bad");
    let source = FakeRegistry::start(&models);
    let registry = replica.follow(source.client(TOKEN));
    await_serving(&registry, "good");
    models.promote("bad");
    assert!(eventually(|| registry.wanted() == version("bad")));
    await_poll(&source);
    assert_eq!((serving(&registry).as_str(), source.requests("bad/weights.safetensors")), ("good", 1));
    assert_eq!(replica.copies(), ["baked", "champion", "good"]);
    models.promote("good");
    assert!(eventually(|| registry.wanted() == version("good")));
}

#[test]
fn a_version_that_fails_the_golden_drawings_serves_neither_now_nor_after_a_restart() {
    let (models, replica) = (Models::with_champion(&["good", "wrong"]), Replica::new());
    models.change_card("wrong", |card| card.golden.reverse());
    let source = FakeRegistry::start(&models);
    let registry = replica.follow(source.client(TOKEN));
    await_serving(&registry, "good");
    models.promote("wrong");
    assert!(eventually(|| registry.wanted() == version("wrong")));
    await_poll(&source);
    assert_eq!(serving(&registry), "good");
    assert_eq!(serving(&replica.open()), "good");
}

#[test]
fn a_card_larger_than_any_card_is_not_copied() {
    let (models, replica) = (Models::with_champion(&["good", "huge"]), Replica::new());
    let card = models.path().join("huge/card.json");
    let padding = " ".repeat(1 << 20);
    fs::write(&card, fs::read_to_string(&card).unwrap() + &padding).unwrap();
    let source = FakeRegistry::start(&models);
    let registry = replica.follow(source.client(TOKEN));
    await_serving(&registry, "good");
    models.promote("huge");
    assert!(eventually(|| registry.wanted() == version("huge")));
    await_poll(&source);
    assert_eq!((serving(&registry).as_str(), source.requests("huge/card.json")), ("good", 1));
}

#[test]
fn a_rejected_token_changes_nothing_until_its_file_holds_a_valid_one() {
    let (models, replica) = (Models::with_champion(&["new"]), Replica::new());
    let source = FakeRegistry::start(&models);
    let file = replica.baked.path().join("token");
    fs::write(&file, "dgt_of_another_registry\n").unwrap();
    let registry = replica.follow(source.client_with(RegistryToken { token: None, file: Some(file.clone()) }));
    await_poll(&source);
    assert_eq!((serving(&registry).as_str(), registry.wanted()), ("baked", version("baked")));
    fs::write(&file, format!("{TOKEN}\ndgt_of_last_year\n")).unwrap();
    await_serving(&registry, "new");
}

#[test]
fn without_the_registry_a_service_starts_on_its_last_champion_or_else_on_that_of_the_program() {
    let (models, replica) = (Models::with_champion(&["last", "new"]), Replica::new());
    let source = FakeRegistry::start(&models);
    let client = source.client(TOKEN);
    let restart = source.stop(&models);
    let registry = replica.follow(client);
    assert_eq!((serving(&registry).as_str(), registry.wanted()), ("baked", version("baked")));
    let source = restart();
    await_serving(&registry, "last");
    assert!(eventually(|| network::champion(replica.cache()).is_ok_and(|champion| champion == version("last"))));
    drop(registry);

    let client = source.client(TOKEN);
    let restart = source.stop(&models);
    let registry = replica.follow(client);
    assert_eq!(serving(&registry), "last");
    models.promote("new");
    let _source = restart();
    await_serving(&registry, "new");
}

#[test]
fn a_damaged_copy_is_replaced() {
    let (models, replica) = (Models::with_champion(&["new"]), Replica::new());
    fs::create_dir(replica.cache().join("new")).unwrap();
    fs::copy(models.path().join("new/card.json"), replica.cache().join("new/card.json")).unwrap();
    fs::write(replica.cache().join("new/weights.safetensors"), "half").unwrap();
    network::promote(replica.cache(), &version("new")).unwrap();
    let source = FakeRegistry::start(&models);
    let registry = replica.follow(source.client(TOKEN));
    assert_eq!((serving(&registry).as_str(), registry.wanted()), ("baked", version("new")));
    await_serving(&registry, "new");
}

#[test]
fn a_name_that_is_no_version_is_neither_requested_nor_a_path() {
    let (models, replica) = (Models::with_champion(&["new"]), Replica::new());
    fs::write(models.path().join("champion"), "..").unwrap();
    let source = FakeRegistry::start(&models);
    let registry = replica.follow(source.client(TOKEN));
    for name in ["../baked", "%2e%2e"] {
        fs::write(models.path().join("champion"), name).unwrap();
        await_poll(&source);
        assert_eq!((serving(&registry).as_str(), registry.wanted()), ("baked", version("baked")), "{name}");
    }
    assert_eq!(source.requests("/card.json"), 0);
    assert_eq!(replica.copies(), ["baked"]);
}

#[test]
fn a_download_that_breaks_off_leaves_nothing_and_is_repeated() {
    let (models, replica) = (Models::with_champion(&["new"]), Replica::new());
    let source = FakeRegistry::start(&models);
    source.break_off(true);
    let registry = replica.follow(source.client(TOKEN));
    assert!(eventually(|| source.requests("new/weights.safetensors") >= 2));
    assert_eq!((serving(&registry).as_str(), replica.copies()), ("baked", vec!["baked".into()]));
    source.break_off(false);
    await_serving(&registry, "new");
}

#[test]
fn a_version_that_an_operator_loads_is_copied_and_loaded_beside_the_one_that_serves() {
    let (models, replica) = (Models::with_champion(&["new", "challenger"]), Replica::new());
    let without = Routes::of(Arc::new(replica.open()));
    let (status, body) = without.load("challenger");
    assert!(status == 404 && !body.contains("try again"), "{body}");

    let source = FakeRegistry::start(&models);
    let registry = replica.follow(source.client(TOKEN));
    await_serving(&registry, "new");
    let routes = Routes::of(registry.clone());
    // A client that only names the version has nothing copied.
    assert_eq!(routes.predict("challenger").0, 404);
    await_poll(&source);
    assert_eq!(source.requests("challenger/card.json"), 0);

    let (status, body) = routes.load("challenger");
    assert!(status == 404 && body.contains("try again"), "{body}");
    assert!(eventually(|| routes.load("challenger").0 == 200));
    assert!(routes.predict("challenger").1.contains(r#""model":"challenger""#));
    assert_eq!(loaded(&registry), ["new", "challenger", "baked"]);
    assert_eq!(routes.readyz(), r#"{"serving":"new","wanted":"new"}"#);
}

#[test]
fn requests_of_many_versions_cost_the_registry_one_request_a_second() {
    let (models, replica) = (Models::with_champion(&["new"]), Replica::new());
    let source = FakeRegistry::start(&models);
    let registry = replica.follow(source.client(TOKEN));
    await_serving(&registry, "new");
    let (before, mut name) = (source.requests("/serving"), 0);
    while source.requests("/serving") < before + 3 {
        name += 1;
        registry.request(&version(&format!("absent-{name}")));
        thread::sleep(Duration::from_millis(1));
    }
    let requests = source.requests("/card.json") - 1; // that of the version that serves
    assert!((1..=4).contains(&requests), "{requests} requests");
}

#[test]
fn a_version_that_is_loaded_serves_although_its_copy_was_lost() {
    let (models, replica) = (Models::with_champion(&["old", "new"]), Replica::new());
    let source = FakeRegistry::start(&models);
    let registry = replica.follow(source.client(TOKEN));
    await_serving(&registry, "old");
    models.promote("new");
    await_serving(&registry, "new");
    source.break_off(true);
    fs::remove_dir_all(replica.cache().join("old")).unwrap();
    models.promote("old");
    await_serving(&registry, "old");
    source.break_off(false);
    assert!(eventually(|| network::champion(replica.cache()).is_ok_and(|champion| champion == version("old"))));
    assert_eq!(serving(&replica.open()), "old");
}

#[test]
fn the_registry_is_asked_once_for_a_version_that_it_lacks() {
    let (models, replica) = (Models::with_champion(&["new"]), Replica::new());
    let source = FakeRegistry::start(&models);
    let registry = replica.follow(source.client(TOKEN));
    await_serving(&registry, "new");
    let is_handled = |name: &str| registry.request(&version(name)) && source.requests(&format!("{name}/card.json")) > 0;
    assert!(eventually(|| is_handled("absent")));
    // A later request of another version is handled, so requests of this one were, too.
    assert!(eventually(|| registry.request(&version("absent")) && is_handled("another")));
    assert_eq!(source.requests("absent/card.json"), 1);
    // A version that was requested in vain can serve at once.
    fs::rename(models.path().join("new"), models.path().join("absent")).unwrap();
    models.change_card("absent", |card| card.version = version("absent"));
    models.promote("absent");
    await_serving(&registry, "absent");
}
