//! Tests of the web service with several model services: one of them is killed under load, and no request fails.

use crate::{
    drawings,
    stack::{ANY, Service, Stack, copy_champion, json, start_model, start_model_from},
};
use reqwest::StatusCode;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    runtime::Runtime,
    task::{JoinSet, spawn_blocking},
    time::{sleep, timeout},
};

/// A model service in a separate Tokio runtime, which a test kills: its connections break off at once.
struct Killable {
    service: Service,
    /// `None` once it is killed.
    runtime: Option<Runtime>,
}

impl Killable {
    async fn start(listen: SocketAddr) -> Self {
        let runtime = Runtime::new().unwrap();
        let service = runtime.spawn(start_model(listen)).await.unwrap();
        Self { service, runtime: Some(runtime) }
    }

    /// Kills the service and returns its address, at which nothing listens then.
    async fn kill(mut self) -> SocketAddr {
        let runtime = self.runtime.take().unwrap();
        spawn_blocking(move || runtime.shutdown_timeout(Duration::from_secs(10))).await.unwrap();
        self.service.address
    }
}

impl Drop for Killable {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Returns a metric of a service.
async fn metric(stack: &Stack, service: &Service, name: &str) -> u64 {
    let response = stack.http.get(format!("http://{}/metrics", service.metrics)).send().await.unwrap();
    let text = response.text().await.unwrap();
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
    value.unwrap_or_else(|| panic!("{name} is not in\n{text}"))
}

/// Waits until a metric of a service satisfies a condition.
async fn until(stack: &Stack, service: &Service, name: &str, is_met: impl Fn(u64) -> bool) {
    let met = async {
        while !is_met(metric(stack, service, name).await) {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_mins(1), met).await.unwrap_or_else(|_| panic!("{name} does not change"));
}

const AVAILABLE: &str = "digits_model_instances_available";
const ANSWERED: &str = "digits_drawings_total{outcome=\"done\"}";

/// Clients that request previews until they are stopped. Each request must succeed.
struct Clients {
    is_over: Arc<AtomicBool>,
    answers: Arc<AtomicUsize>,
    tasks: JoinSet<()>,
}

impl Clients {
    fn start(stack: &Arc<Stack>) -> Self {
        let (is_over, answers) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let mut tasks = JoinSet::new();
        for digit in 0..8 {
            let (stack, is_over, answers) = (stack.clone(), is_over.clone(), answers.clone());
            tasks.spawn(async move {
                let drawing = drawings::all()[digit].to_string();
                while !is_over.load(Ordering::Relaxed) {
                    let request = stack.post("/predict?preview=true", "application/json", drawing.clone());
                    json(request.send().await.unwrap(), StatusCode::OK).await;
                    answers.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        Self { is_over, answers, tasks }
    }

    /// Waits for more answers.
    async fn answers(&mut self, more: usize) {
        let goal = self.answers.load(Ordering::Relaxed) + more;
        while self.answers.load(Ordering::Relaxed) < goal {
            // A client ends here only if it panics.
            self.tasks.try_join_next().transpose().unwrap();
            sleep(Duration::from_millis(1)).await;
        }
    }

    async fn stop(self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.tasks.join_all().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn model_services_are_killed_and_return_without_a_failed_request() {
    let mut models = vec![Killable::start(ANY.parse().unwrap()).await, Killable::start(ANY.parse().unwrap()).await];
    let addresses = [models[0].service.address, models[1].service.address];
    let stack = Arc::new(Stack::with_models(&addresses).await);
    let mut clients = Clients::start(&stack);
    for _ in 0..4 {
        clients.answers(100).await;
        for model in &models {
            assert!(metric(&stack, &model.service, ANSWERED).await > 0, "both model services get requests");
        }
        let address = models.remove(0).kill().await;
        clients.answers(100).await;
        assert_eq!(metric(&stack, &stack.api, AVAILABLE).await, 1);

        models.push(Killable::start(address).await);
        until(&stack, &models[1].service, ANSWERED, |answered| answered > 0).await;
        assert_eq!(metric(&stack, &stack.api, AVAILABLE).await, 2);
    }
    clients.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_any_model_service_the_model_is_unavailable_until_one_returns() {
    let models = [Killable::start(ANY.parse().unwrap()).await, Killable::start(ANY.parse().unwrap()).await];
    let stack = Stack::with_models(&[models[0].service.address, models[1].service.address]).await;
    let predict = || stack.post("/predict?preview=true", "application/json", drawings::all()[8].to_string()).send();
    let mut addresses = Vec::new();
    for model in models {
        json(predict().await.unwrap(), StatusCode::OK).await;
        assert_eq!(stack.get("/readyz").send().await.unwrap().status(), StatusCode::OK);
        addresses.push(model.kill().await);
    }
    for request in [predict(), stack.get("/readyz").send()] {
        let problem = json(request.await.unwrap(), StatusCode::SERVICE_UNAVAILABLE).await;
        assert_eq!(problem["code"], "model_unavailable");
    }
    assert_eq!(metric(&stack, &stack.api, AVAILABLE).await, 0);
    assert_eq!(metric(&stack, &stack.api, "digits_model_instances").await, 2);

    let _model = Killable::start(addresses[0]).await;
    assert_eq!(json(predict().await.unwrap(), StatusCode::OK).await["prediction"], 8);
    until(&stack, &stack.api, AVAILABLE, |available| available == 1).await;
}

#[tokio::test]
async fn a_version_that_an_operator_loads_is_loaded_by_each_model_service() {
    let models = TempDir::new().unwrap();
    copy_champion(models.path(), "one", |_| ());
    copy_champion(models.path(), "two", |_| ());
    network::promote(models.path(), &"one".parse().unwrap()).unwrap();
    let start = || start_model_from(ANY.parse().unwrap(), models.path().to_owned());
    let services = [start().await, start().await];
    let stack = Stack::with_models(&[services[0].address, services[1].address]).await;
    let send = async |action: &str, version: &str| {
        let request = stack.post(&format!("/v2/repository/models/{version}/{action}"), "application/json", "");
        request.send().await.unwrap().status()
    };
    let loaded = async |service: &Service| {
        let address = format!("http://{}/v2/models/two/ready", service.address);
        stack.http.get(address).send().await.unwrap().status().is_success()
    };
    assert_eq!(send("load", "two").await, StatusCode::OK);
    assert!(loaded(&services[0]).await && loaded(&services[1]).await);
    assert_eq!(send("unload", "two").await, StatusCode::OK);
    assert!(!loaded(&services[0]).await && !loaded(&services[1]).await);
    // A failure of one model service is the answer, wherever it is in the order.
    let address = format!("http://{}/v2/repository/models/two/load", services[1].address);
    assert!(stack.http.post(address).send().await.unwrap().status().is_success());
    for _ in 0..2 {
        assert_eq!(send("load", "absent").await, StatusCode::NOT_FOUND);
    }
    assert_eq!(send("unload", "two").await, StatusCode::NOT_FOUND);
    assert!(!loaded(&services[1]).await);
}
