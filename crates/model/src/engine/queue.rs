//! The queue of jobs, from which workers take batches.
//!
//! A free worker takes the jobs that are queued at that moment as one batch. There is no timer, so a single request
//! runs at once, and batches grow under load.

use super::metrics::{Outcome, Tally};
use crate::batch::LARGEST_BATCH;
use digit::Bitmap;
use network::Classification;
use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

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
}

impl<N> Job<N> {
    /// Counts the drawings and frees the slots, and only then sends the result. So a client's next request finds the
    /// slots free.
    pub(super) fn finish(self, answer: Result<Vec<Classification>, JobError>) {
        let Self { reply, slots, mut tally, .. } = self;
        tally.outcome = answer.as_ref().map_or_else(|&undone| undone.into(), |_| Outcome::Done);
        drop((tally, slots));
        let _ = reply.send(answer); // fails if the client disconnected
    }
}

/// Jobs for one network that are classified together.
pub(crate) type Batch<N> = Vec<Job<N>>;

/// A queue of jobs, first in, first out.
#[derive(Debug)]
pub(crate) struct Queue<N> {
    waiting: Mutex<Waiting<N>>,
    changed: Condvar,
}

#[derive(Debug)]
struct Waiting<N> {
    jobs: VecDeque<Job<N>>,
    is_closed: bool,
}

impl<N> Queue<N> {
    /// Returns an empty queue.
    pub(crate) fn new() -> Self {
        let waiting = Waiting { jobs: VecDeque::new(), is_closed: false };
        Self { waiting: Mutex::new(waiting), changed: Condvar::new() }
    }

    /// Adds a job, or drops it if the queue is closed. The jobs' slots bound the length of the queue.
    pub(crate) fn push(&self, mut job: Job<N>) {
        job.queued = Instant::now();
        let mut waiting = self.lock();
        if !waiting.is_closed {
            waiting.jobs.push_back(job);
            self.changed.notify_one();
        }
    }

    /// Waits for the next batch. Returns `None` once the queue is closed and empty.
    pub(crate) fn next_batch(&self) -> Option<Batch<N>> {
        let mut waiting = self.lock();
        loop {
            let batch = waiting.take_batch(Instant::now());
            if !batch.is_empty() {
                return Some(batch);
            }
            if waiting.is_closed {
                return None;
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Returns the number of bitmaps in the queue.
    pub(crate) fn depth(&self) -> usize {
        self.lock().jobs.iter().map(|job| job.bitmaps.len()).sum()
    }

    /// Closes the queue: it accepts no more jobs, and workers finish the jobs in it.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Locks the jobs. No code panics while it holds the lock, so a poisoned lock still protects valid jobs.
    fn lock(&self) -> MutexGuard<'_, Waiting<N>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<N> Waiting<N> {
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
    use std::{thread, time::Duration};
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
        };
        (job, answer)
    }

    /// Returns the number of bitmaps of each job in the next batch.
    fn counts(queue: &Queue<Name>) -> Vec<usize> {
        queue.lock().take_batch(Instant::now()).iter().map(|job| job.bitmaps.len()).collect()
    }

    /// Returns a queue with a job of each of these sizes, in bitmaps.
    fn queue(network: &Arc<Name>, of: impl IntoIterator<Item = usize>) -> (Queue<Name>, Vec<Reply>) {
        let queue = Queue::new();
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
    fn a_closed_queue_returns_the_waiting_jobs_and_then_none() {
        let network = Arc::new("a");
        let (queue, _answers) = queue(&network, [3]);
        queue.close();
        let (refused, mut answer) = job(&network, 1);
        queue.push(refused);
        assert_eq!(answer.try_recv(), Err(TryRecvError::Closed));
        assert_eq!(queue.next_batch().map(|batch| batch.len()), Some(1));
        assert!(queue.next_batch().is_none());
    }

    #[test]
    fn a_worker_sleeps_until_a_job_arrives() {
        let network = Arc::new("a");
        let queue: Queue<Name> = Queue::new();
        thread::scope(|scope| {
            let worker = scope.spawn(|| queue.next_batch().map(|batch| batch.len()));
            let (only, _answer) = job(&network, 1);
            queue.push(only);
            assert_eq!(worker.join().unwrap(), Some(1));
        });
    }
}
