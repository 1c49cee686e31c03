//! Classifies batches on the threads that preprocess, with one replica of the network for each core.

use super::{
    NICENESS,
    metrics::Metrics,
    network::Network,
    queue::{Batch, JobError, Queue},
};
use crate::batch::bucket;
use digit::Bitmap;
use service::{lower_priority, panic_message};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

thread_local! {
    /// Prepares a thread for its first work.
    static PREPARED: () = {
        // LibTorch's own threads would compete for the cores: the network is small, and every core has a replica.
        tch::set_num_threads(1);
        lower_priority(NICENESS);
    };
}

/// Prepares the current thread to preprocess and to classify.
pub(super) fn prepare_thread() {
    PREPARED.with(|()| ());
}

/// Classifies the queued jobs, if a replica is free, until none waits.
pub(super) fn work<N: Network>(queue: &Queue<N>, metrics: &Metrics) {
    let Some(replica) = queue.take_replica() else { return };
    while let Some(batch) = queue.next_batch(replica) {
        run(replica, batch, metrics);
    }
}

/// Classifies a batch and sends each job its part. A failure or a panic of the network is sent as an error.
fn run<N: Network>(worker: usize, mut batch: Batch<N>, metrics: &Metrics) {
    let Some(first) = batch.first() else { return };
    let network = first.network.clone();
    let counts: Vec<usize> = batch.iter().map(|job| job.bitmaps.len()).collect();
    let mut bitmaps: Vec<Bitmap> = batch.iter_mut().flat_map(|job| job.bitmaps.drain(..)).collect();
    let count = bitmaps.len();
    bitmaps.resize(bucket(count), Bitmap::new([0; Bitmap::LEN]));

    let began = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(|| network.classify(worker, &bitmaps)));
    let took = began.elapsed();
    let mut classified = match outcome {
        Ok(Ok(classified)) => {
            network.statistics().ran(count, took);
            metrics.ran(count, took);
            Ok(classified.into_iter())
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "the network failed");
            Err(JobError::Failed)
        }
        Err(panic) => {
            tracing::error!(panic = panic_message(&*panic), worker, "the network panicked; its replica is replaced");
            metrics.restarts.inc();
            network.restart(worker);
            Err(JobError::Failed)
        }
    };
    for (job, count) in batch.into_iter().zip(counts) {
        let answer = match &mut classified {
            Ok(classified) => {
                let waited = began.saturating_duration_since(job.queued);
                network.statistics().answered(waited, took);
                metrics.waited(waited);
                Ok(classified.take(count).collect())
            }
            Err(undone) => Err(*undone),
        };
        job.finish(answer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{queue::Job, statistics::Statistics};
    use ::network::Classification;
    use std::{
        pin::Pin,
        sync::{
            Arc, Mutex,
            atomic::{AtomicUsize, Ordering},
        },
        task::{Context, Wake},
        time::Duration,
    };
    use tch::TchError;
    use tokio::sync::{Semaphore, oneshot};
    use tracing::Span;

    /// A network that returns each bitmap's first pixel, fails where it is 254 and panics where it is 255.
    #[derive(Default)]
    struct Echo {
        sizes: Mutex<Vec<usize>>,
        restarts: AtomicUsize,
        statistics: Statistics,
        metrics: Metrics,
    }

    impl Network for Echo {
        fn classify(&self, _: usize, bitmaps: &[Bitmap]) -> Result<Vec<Classification>, TchError> {
            self.sizes.lock().unwrap().push(bitmaps.len());
            let echo = |bitmap: &Bitmap| {
                let level = bitmap.levels()[0];
                assert!(level < 255, "too bright");
                Classification { probabilities: [0.0; 10], not_a_digit_probability: f32::from(level), rejection: None }
            };
            match bitmaps[0].levels()[0] {
                254 => Err(TchError::Torch("out of memory".to_owned())),
                _ => Ok(bitmaps.iter().map(echo).collect()),
            }
        }

        fn restart(&self, _: usize) {
            self.restarts.fetch_add(1, Ordering::Relaxed);
        }

        fn statistics(&self) -> &Statistics {
            &self.statistics
        }
    }

    fn bitmap(level: u8) -> Bitmap {
        Bitmap::new([level; Bitmap::LEN])
    }

    /// Returns the result of each job in a batch, as the first pixels of its bitmaps.
    fn answers(network: &Arc<Echo>, jobs: &[&[u8]]) -> Vec<Result<Vec<f32>, JobError>> {
        let metrics = &network.metrics;
        let mut answers = Vec::new();
        let mut batch = Vec::new();
        for levels in jobs {
            let (reply, answer) = oneshot::channel();
            let bitmaps = levels.iter().copied().map(bitmap).collect();
            let queued = Instant::now();
            let deadline = queued + Duration::from_mins(1);
            let slots = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
            let tally = metrics.begin(levels.len());
            let span = Span::none();
            batch.push(Job { network: network.clone(), bitmaps, queued, deadline, reply, slots, tally, span });
            answers.push(answer);
        }
        run(0, batch, metrics);
        let read = |mut answer: oneshot::Receiver<Result<Vec<Classification>, JobError>>| {
            Ok(answer.try_recv().unwrap()?.iter().map(|one| one.not_a_digit_probability).collect())
        };
        answers.into_iter().map(read).collect()
    }

    #[test]
    fn each_job_of_a_batch_receives_its_own_results_and_no_padding() {
        let network = Arc::default();
        let answers = answers(&network, &[&[1, 2], &[3], &[4, 5]]);
        assert_eq!(answers, [Ok(vec![1.0, 2.0]), Ok(vec![3.0]), Ok(vec![4.0, 5.0])]);
        assert_eq!(*network.sizes.lock().unwrap(), [8]);
    }

    #[test]
    fn a_panic_is_answered_with_an_error_and_the_worker_continues_with_a_fresh_replica() {
        let network = Arc::default();
        assert_eq!(answers(&network, &[&[1], &[255]]), [Err(JobError::Failed), Err(JobError::Failed)]);
        assert_eq!(network.restarts.load(Ordering::Relaxed), 1);
        assert_eq!(answers(&network, &[&[7]]), [Ok(vec![7.0])]);
    }

    #[test]
    fn the_statistics_count_neither_padding_nor_failures() {
        let network = Arc::<Echo>::default();
        let _ = answers(&network, &[&[1, 2], &[3]]);
        let _ = answers(&network, &[&[4]]);
        let _ = answers(&network, &[&[255], &[5]]);
        let done = &network.statistics;
        assert_eq!((done.executions(), done.inferences(), done.success.count()), (2, 4, 3));
        assert_eq!((done.queue.count(), done.compute.count(), done.batches[2].count()), (3, 3, 1));
        assert!(done.last_ms() > 0);
    }

    #[test]
    fn a_failure_of_the_network_is_answered_with_an_error() {
        let network = Arc::default();
        assert_eq!(answers(&network, &[&[254]]), [Err(JobError::Failed)]);
        assert_eq!(network.restarts.load(Ordering::Relaxed), 0);
    }

    /// Records the number of free slots when the client receives its result.
    struct Client {
        slots: Arc<Semaphore>,
        free: AtomicUsize,
    }

    impl Wake for Client {
        fn wake(self: Arc<Self>) {
            self.free.store(self.slots.available_permits(), Ordering::Relaxed);
        }
    }

    #[test]
    fn a_client_that_receives_a_result_finds_its_slot_free() {
        let client = Arc::new(Client { slots: Arc::new(Semaphore::new(1)), free: AtomicUsize::new(0) });
        let slots = client.slots.clone().try_acquire_owned().unwrap();
        let (reply, mut answer) = oneshot::channel();
        let waker = client.clone().into();
        assert!(Pin::new(&mut answer).poll(&mut Context::from_waker(&waker)).is_pending());

        let (network, bitmaps, queued) = (Arc::<Echo>::default(), vec![bitmap(1)], Instant::now());
        let (metrics, deadline) = (Metrics::default(), queued + Duration::from_mins(1));
        let tally = metrics.begin(1);
        let span = Span::none();
        run(0, vec![Job { network, bitmaps, queued, deadline, reply, slots, tally, span }], &metrics);
        assert_eq!(client.free.load(Ordering::Relaxed), 1);
    }
}
