//! The model services that the configuration names, and the order in which a request tries them.

use super::{
    address::ModelAddress,
    instance::{Instance, Load},
};
use prometheus_client::registry::Registry;
use service::CallbackGauge;
use std::{
    collections::BTreeSet,
    io,
    net::SocketAddr,
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync::watch, time::sleep};

/// The time between two lookups of the host names.
const LOOKUP_INTERVAL: Duration = Duration::from_secs(1);

type List = Vec<Arc<Instance>>;

/// All instances.
#[derive(Debug, Clone)]
pub(super) struct Instances {
    list: watch::Receiver<List>,
    turn: Arc<AtomicUsize>,
}

impl Instances {
    /// Looks up the instances at these addresses. A task follows changes as long as this value or a clone lives.
    pub(super) async fn start(addresses: Vec<ModelAddress>, limit: NonZeroUsize) -> Self {
        let mut hosts: Vec<_> = addresses.into_iter().map(|address| Host::new(address, limit)).collect();
        let (sender, list) = watch::channel(look_up(&mut hosts).await);
        tokio::spawn(follow(hosts, sender));
        Self { list, turn: Arc::default() }
    }

    /// Returns the instances in the order in which a request tries them. The unavailable ones are last: a request tries
    /// them only if all others failed.
    pub(super) fn by_load(&self) -> List {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        by_load(self.list.borrow().clone(), turn, |instance| instance.load())
    }

    /// Registers the metrics of the instances.
    pub(super) fn register(&self, registry: &mut Registry) {
        let count = |count: fn(&List) -> usize| {
            let list = self.list.clone();
            move || count(&list.borrow()) as u64
        };
        registry.register_collector(Box::new(CallbackGauge {
            name: "model_instances",
            help: "Model services at the addresses in MODEL_URL",
            read: count(Vec::len),
        }));
        registry.register_collector(Box::new(CallbackGauge {
            name: "model_instances_available",
            help: "Model services that get requests; the others are left out until they are ready",
            read: count(|list| list.iter().filter(|instance| instance.is_available()).count()),
        }));
    }
}

/// Sorts instances by load. Of those with the same load, each turn begins with another one.
fn by_load<T>(mut instances: Vec<T>, turn: usize, load: impl FnMut(&T) -> Load) -> Vec<T> {
    let first = turn.checked_rem(instances.len()).unwrap_or_default();
    instances.rotate_left(first);
    // The loads change meanwhile, so each is read once.
    instances.sort_by_cached_key(load);
    instances
}

/// Looks the hosts up again and again, and closes idle connections, until nobody needs the list any more.
async fn follow(mut hosts: Vec<Host>, list: watch::Sender<List>) {
    loop {
        tokio::select! {
            () = list.closed() => return,
            () = sleep(LOOKUP_INTERVAL) => {}
        }
        list.send_replace(look_up(&mut hosts).await);
    }
}

async fn look_up(hosts: &mut [Host]) -> List {
    let mut list = Vec::new();
    for host in hosts {
        let found = host.address.lookup().await;
        host.update(found);
        host.instances.iter().for_each(|instance| instance.close_idle_connections());
        list.extend_from_slice(&host.instances);
    }
    list
}

/// The instances at one address of the configuration.
struct Host {
    address: ModelAddress,
    limit: NonZeroUsize,
    instances: List,
    is_failing: bool,
}

impl Host {
    fn new(address: ModelAddress, limit: NonZeroUsize) -> Self {
        Self { address, limit, instances: Vec::new(), is_failing: false }
    }

    /// Takes over what a lookup found. Known instances keep their connections and their state; a failed lookup changes
    /// nothing.
    fn update(&mut self, found: io::Result<BTreeSet<SocketAddr>>) {
        match found {
            Ok(sockets) => self.replace(sockets.into_iter().map(|socket| self.instance(socket)).collect()),
            Err(error) if self.is_failing => tracing::debug!(address = %self.address, %error, "the lookup still fails"),
            Err(error) => {
                tracing::warn!(address = %self.address, %error, "the lookup of the model services failed");
                self.is_failing = true;
            }
        }
    }

    /// Returns the instance at a socket address, a new one if it is unknown.
    fn instance(&self, socket: SocketAddr) -> Arc<Instance> {
        let known = self.instances.iter().find(|known| known.socket() == socket).cloned();
        known.unwrap_or_else(|| Arc::new(Instance::new(self.address.clone(), socket, self.limit)))
    }

    fn replace(&mut self, instances: List) {
        let sockets = |list: &List| list.iter().map(|instance| instance.socket()).collect::<Vec<_>>();
        let (old, new) = (sockets(&self.instances), sockets(&instances));
        if old != new {
            tracing::info!(address = %self.address, instances = ?new, "found the model services");
        }
        (self.instances, self.is_failing) = (instances, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(turn: usize, loads: &[(&'static str, bool, usize)]) -> Vec<&'static str> {
        let load = |&(_, is_unavailable, under_way): &(_, _, _)| Load { is_unavailable, under_way };
        by_load(loads.to_vec(), turn, load).into_iter().map(|(name, ..)| name).collect()
    }

    #[test]
    fn the_least_busy_instance_is_first() {
        for turn in 0..3 {
            assert_eq!(order(turn, &[("a", false, 2), ("b", false, 0), ("c", false, 1)]), ["b", "c", "a"]);
        }
    }

    #[test]
    fn instances_that_are_equally_busy_take_turns() {
        let loads = [("a", false, 1), ("b", false, 1), ("c", false, 1), ("busy", false, 2)];
        let first: BTreeSet<_> = (usize::MAX - 3..=usize::MAX).map(|turn| order(turn, &loads)[0]).collect();
        assert_eq!(first, BTreeSet::from(["a", "b", "c"]));
    }

    #[test]
    fn unavailable_instances_are_last_however_idle() {
        assert_eq!(order(0, &[("a", true, 0), ("b", false, 9)]), ["b", "a"]);
        assert_eq!(order(0, &[("a", true, 1), ("b", true, 0)]), ["b", "a"]);
        assert!(order(7, &[]).is_empty());
    }

    fn sockets(ports: &[u16]) -> BTreeSet<SocketAddr> {
        ports.iter().map(|&port| SocketAddr::from(([127, 0, 0, 1], port))).collect()
    }

    fn host() -> Host {
        Host::new("http://model:8000".parse().unwrap(), NonZeroUsize::MIN)
    }

    #[test]
    fn a_lookup_adds_and_removes_instances_and_keeps_the_known_ones() {
        let mut host = host();
        host.update(Ok(sockets(&[1, 2])));
        let kept = host.instances[1].clone();
        host.update(Ok(sockets(&[2, 3])));
        let found: Vec<u16> = host.instances.iter().map(|instance| instance.socket().port()).collect();
        assert_eq!(found, [2, 3]);
        assert!(Arc::ptr_eq(&host.instances[0], &kept), "its connections and its state are kept");
    }

    #[test]
    fn a_failed_lookup_keeps_the_instances() {
        let mut host = host();
        host.update(Ok(sockets(&[1])));
        host.update(Err(io::ErrorKind::TimedOut.into()));
        assert_eq!(host.instances.len(), 1);
        host.update(Ok(sockets(&[])));
        assert!(host.instances.is_empty());
    }

    #[tokio::test]
    async fn the_list_follows_the_lookups_until_nobody_reads_it() {
        let mut host = Host::new("http://127.0.0.1:2".parse().unwrap(), NonZeroUsize::MIN);
        host.update(Ok(sockets(&[1])));
        let (sender, mut list) = watch::channel(host.instances.clone());
        let task = tokio::spawn(follow(vec![host], sender));
        list.wait_for(|list| list.iter().all(|instance| instance.socket().port() == 2)).await.unwrap();
        drop(list);
        task.await.unwrap();
    }
}
