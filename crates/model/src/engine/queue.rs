//! The queue of jobs, from which threads take batches.
//!
//! A thread that has a replica of the network takes the jobs that are queued at that moment as one batch. There is no timer,
//! so a single request runs at once, and batches grow under load.

use super::metrics::{Outcome, Tally};
use crate::batch::LARGEST_BATCH;
use digit::Bitmap;
use network::Classification;
use std::{
    collections::VecDeque,
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tracing::Span;

/// The reason why a job was not classified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobError {
    /// Its deadline passed while it waited.
    TimedOut,
    /// The network failed. It is ready again for other jobs.
    Failed,
}

impl From<JobError> for Outcome {
    fn from(error: JobError) -> Self {
        match error {
            JobError::TimedOut => Self::TimedOut,
            JobError::Failed => Self::Failed,
        }
    }
}

/// The bitmaps of one request, to be classified by a network `N`.
#[derive(Debug)]
pub(crate) struct Job<N> {
    pub(crate) network: Arc<N>,
    pub(crate) bitmaps: Vec<Bitmap>,
    /// The time at which the job entered the queue.
    pub(crate) queued: Instant,
    /// The time after which the job is answered with an error.
    pub(crate) deadline: Instant,
    pub(crate) reply: oneshot::Sender<Result<Vec<Classification>, JobError>>,
    /// The slots of the job's bitmaps. They are free again when the job is finished or dropped.
    pub(crate) slots: OwnedSemaphorePermit,
    pub(crate) tally: Tally,
    /// The span of the time in the queue and in the network.
    pub(crate) span: Span,
}

impl<N> Job<N> {
    /// Counts the drawings and frees the slots, and only then sends the result. So a client's next request finds the
    /// slots free.
    pub(super) fn finish(self, answer: Result<Vec<Classification>, JobError>) {
        let Self { reply, slots, mut tally, span, .. } = self;
        tally.outcome = answer.as_ref().map_or_else(|&undone| undone.into(), |_| Outcome::Done);
        drop((tally, slots, span));
        let _ = reply.send(answer); // fails if the client disconnected
    }
}

/// Jobs for one network that are classified together.
pub(crate) type Batch<N> = Vec<Job<N>>;

/// A queue of jobs, first in, first out, and the replicas that no thread uses.
#[derive(Debug)]
pub(crate) struct Queue<N>(Mutex<State<N>>);

#[derive(Debug)]
struct State<N> {
    jobs: VecDeque<Job<N>>,
    free_replicas: Vec<usize>,
}

impl<N> Queue<N> {
    /// Returns an empty queue for this number of replicas.
    pub(crate) fn new(replicas: NonZeroUsize) -> Self {
        Self(Mutex::new(State { jobs: VecDeque::new(), free_replicas: (0..replicas.get()).rev().collect() }))
    }

    /// Adds a job. Returns whether a replica is free; otherwise, a thread that has one takes the job. The jobs' slots bound
    /// the length of the queue.
    pub(crate) fn push(&self, mut job: Job<N>) -> bool {
        job.queued = Instant::now();
        let mut state = self.lock();
        state.jobs.push_back(job);
        !state.free_replicas.is_empty()
    }

    /// Takes a replica if one is free and a job waits.
    pub(crate) fn take_replica(&self) -> Option<usize> {
        let mut state = self.lock();
        if state.jobs.is_empty() { None } else { state.free_replicas.pop() }
    }

    /// Takes the next batch for a replica. If no job waits, the replica is free again.
    pub(crate) fn next_batch(&self, replica: usize) -> Option<Batch<N>> {
        let mut state = self.lock();
        let batch = state.take_batch(Instant::now());
        if batch.is_empty() {
            state.free_replicas.push(replica);
            return None;
        }
        Some(batch)
    }

    /// Returns the number of bitmaps in the queue.
    pub(crate) fn depth(&self) -> usize {
        self.lock().jobs.iter().map(|job| job.bitmaps.len()).sum()
    }

    /// Locks the jobs. No code panics while it holds the lock, so a poisoned lock still protects valid jobs.
    fn lock(&self) -> MutexGuard<'_, State<N>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<N> State<N> {
    /// Takes the first job and the following jobs for the same network, as many as fit into a batch. It drops jobs
    /// whose clients disconnected, and answers expired jobs with an error. Jobs for another network keep their order.
    fn take_batch(&mut self, now: Instant) -> Batch<N> {
        let mut batch: Batch<N> = Vec::new();
        let (mut room, mut index) = (LARGEST_BATCH, 0);
        while room > 0 && index < self.jobs.len() {
            let job = &self.jobs[index];
            let has_gone = job.reply.is_closed();
            let is_over = has_gone || job.deadline <= now;
            let belongs = batch.first().is_none_or(|first| Arc::ptr_eq(&first.network, &job.network));
            if !is_over && !belongs {
                index += 1;
                continue;
            }
            if !is_over && job.bitmaps.len() > room {
                break; // smaller jobs do not overtake it
            }
            let Some(job) = self.jobs.remove(index) else { break };
            if !is_over {
                room -= job.bitmaps.len();
                batch.push(job);
            } else if !has_gone {
                job.finish(Err(JobError::TimedOut));
            }
        }
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::metrics::Metrics;
    use std::time::Duration;
    use tokio::sync::oneshot::{Receiver, error::TryRecvError};

    /// A network that consists of its name.
    type Name = &'static str;

    fn place() -> OwnedSemaphorePermit {
        Arc::new(tokio::sync::Semaphore::new(1)).try_acquire_owned().unwrap()
    }

    type Reply = Receiver<Result<Vec<Classification>, JobError>>;

    fn job(network: &Arc<Name>, count: usize) -> (Job<Name>, Reply) {
        let (reply, answer) = oneshot::channel();
        let job = Job {
            network: network.clone(),
            bitmaps: vec![Bitmap::new([0; Bitmap::LEN]); count],
            queued: Instant::now(),
            deadline: Instant::now() + Duration::from_mins(1),
            reply,
            slots: place(),
            tally: Metrics::default().begin(count),
            span: Span::none(),
        };
        (job, answer)
    }

    /// Returns the number of bitmaps of each job in the next batch.
    fn counts(queue: &Queue<Name>) -> Vec<usize> {
        queue.lock().take_batch(Instant::now()).iter().map(|job| job.bitmaps.len()).collect()
    }

    /// Returns a queue with a job of each of these sizes, in bitmaps.
    fn queue(network: &Arc<Name>, of: impl IntoIterator<Item = usize>) -> (Queue<Name>, Vec<Reply>) {
        let queue = Queue::new(NonZeroUsize::MIN);
        let push = |count| {
            let (job, answer) = job(network, count);
            queue.push(job);
            answer
        };
        let answers = of.into_iter().map(push).collect();
        (queue, answers)
    }

    #[test]
    fn the_size_of_a_batch_counts_bitmaps_and_not_requests() {
        let (queue, _answers) = queue(&Arc::new("a"), [10, 20, 2, 1]);
        assert_eq!(queue.depth(), 33);
        assert_eq!(counts(&queue), [10, 20, 2]);
        assert_eq!(counts(&queue), [1]);
        assert!(counts(&queue).is_empty());
    }

    #[test]
    fn smaller_jobs_do_not_overtake_a_large_one() {
        let (queue, _answers) = queue(&Arc::new("a"), [20, 32, 1]);
        assert_eq!([counts(&queue), counts(&queue), counts(&queue)], [vec![20], vec![32], vec![1]]);
    }

    #[test]
    fn a_batch_is_for_one_network_and_jobs_keep_their_order() {
        let (one, other) = (Arc::new("one"), Arc::new("other"));
        let (queue, _answers) = queue(&one, [1, 2]);
        let (job_of_other, _answer) = job(&other, 4);
        queue.push(job_of_other);
        let (later, _answer) = job(&one, 8);
        queue.push(later);
        assert_eq!([counts(&queue), counts(&queue)], [vec![1, 2, 8], vec![4]]);
    }

    #[test]
    fn a_job_whose_client_disconnected_is_dropped_when_a_batch_is_formed() {
        let (queue, mut answers) = queue(&Arc::new("a"), [1, 2, 4]);
        drop(answers.remove(1));
        assert_eq!(counts(&queue), [1, 4]);
    }

    #[test]
    fn an_expired_job_is_answered_with_an_error_and_takes_no_room_in_a_batch() {
        let network = Arc::new("a");
        let (queue, _answers) = queue(&network, [1]);
        let (mut late, mut answer) = job(&network, 32);
        late.deadline = Instant::now();
        queue.push(late);
        assert_eq!(answer.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(counts(&queue), [1]);
        assert_eq!(answer.try_recv(), Ok(Err(JobError::TimedOut)));
    }

    #[test]
    fn a_replica_belongs_to_one_thread_until_no_job_waits() {
        let network = Arc::new("a");
        let queue: Queue<Name> = Queue::new(NonZeroUsize::MIN);
        assert_eq!(queue.take_replica(), None, "no job waits");
        let (first, _answer) = job(&network, 1);
        assert!(queue.push(first));
        assert_eq!(queue.take_replica(), Some(0));
        let (second, _answer) = job(&network, 2);
        assert!(!queue.push(second), "the thread with the replica takes this job, too");
        assert_eq!(queue.take_replica(), None);
        assert_eq!(queue.next_batch(0).map(|batch| batch.len()), Some(2));
        assert!(queue.next_batch(0).is_none());
        let (third, _answer) = job(&network, 1);
        assert!(queue.push(third), "the replica is free again");
    }
}
