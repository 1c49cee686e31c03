//! Preprocesses inputs, queues their bitmaps and classifies them, on blocking threads.
//!
//! A thread that has preprocessed an input goes on with the network, if a replica is free, so that no other thread has to
//! wake up for it.

use super::{
    decoders::{self, DecoderPermit, Decoders},
    error::EngineError,
    metrics::{Metrics, Outcome},
    network::Network,
    queue::{Job, JobError, Queue},
    worker::{prepare_thread, work},
};
use digit::{Bitmap, preprocessing::Preprocessed};
use service::{TRACED, TraceContext};
use std::{num::NonZeroUsize, panic::catch_unwind, sync::Arc, time::Instant};
use tokio::{runtime::Handle, select, sync::oneshot, task, time::timeout_at};
use wire::{Content, Input};

/// Returns the bitmaps that the network classifies for one input bitmap.
pub(super) type Views = fn(&Bitmap) -> Vec<Bitmap>;

/// Receives the preprocessed input, or why there is none, before its job is answered or dropped.
pub(super) type PreprocessedReply = oneshot::Receiver<Result<Preprocessed, EngineError>>;

/// Preprocesses inputs and adds their bitmaps to the queue.
#[derive(Debug)]
pub(super) struct Preprocessor<N> {
    queue: Arc<Queue<N>>,
    pub(super) decoders: Decoders,
    metrics: Metrics,
}

/// An input to preprocess for a job.
struct Task<N> {
    job: Job<N>,
    input: Input,
    views: Views,
    trace: TraceContext,
    reply: oneshot::Sender<Result<Preprocessed, EngineError>>,
}

impl<N: Network> Preprocessor<N> {
    /// Returns a preprocessor that decodes large images on at most `threads` threads.
    pub(super) fn new(queue: Arc<Queue<N>>, threads: NonZeroUsize, metrics: Metrics) -> Self {
        Self { queue, decoders: Decoders::new(threads), metrics }
    }

    /// Preprocesses an input, and queues the views of its bitmap.
    pub(super) fn preprocess(self: &Arc<Self>, job: Job<N>, input: Input, views: Views) -> PreprocessedReply {
        let (reply, preprocessed) = oneshot::channel();
        let task = Task { job, input, views, trace: TraceContext::current(), reply };
        match task.input.content() {
            Content::Pixels(_) => {
                // They need no decoding.
                if self.queue_views(task) {
                    self.spawn_work();
                }
            }
            Content::Strokes(_) | Content::Image(_) => self.spawn(task, None),
        }
        preprocessed
    }

    /// Queues a job with its bitmaps.
    pub(super) fn queue(self: &Arc<Self>, job: Job<N>) {
        if self.queue.push(job) {
            self.spawn_work();
        }
    }

    /// Classifies the queued jobs on a blocking thread.
    fn spawn_work(self: &Arc<Self>) {
        let this = self.clone();
        task::spawn_blocking(move || {
            prepare_thread();
            work(&this.queue, &this.metrics);
        });
    }

    /// Preprocesses and classifies on a blocking thread.
    fn spawn(self: &Arc<Self>, task: Task<N>, permit: Option<DecoderPermit>) {
        let this = self.clone();
        task::spawn_blocking(move || {
            prepare_thread();
            this.attempt(task, permit);
            work(&this.queue, &this.metrics);
        });
    }

    /// Preprocesses, unless the input is a large image without a permit and none is free.
    fn attempt(self: &Arc<Self>, task: Task<N>, mut permit: Option<DecoderPermit>) {
        if task.job.reply.is_closed() {
            return; // the client disconnected
        }
        if task.job.deadline <= Instant::now() {
            return task.time_out();
        }
        if permit.is_none()
            && let Some(megapixels) = decoders::megapixels(&task.input)
        {
            permit = self.decoders.try_acquire(megapixels);
            if permit.is_none() {
                Handle::current().spawn(self.clone().wait(task, megapixels));
                return;
            }
        }
        self.queue_views(task);
    }

    /// Waits for the permits of a large image without holding a thread.
    async fn wait(self: Arc<Self>, mut task: Task<N>, megapixels: u32) {
        let deadline = task.job.deadline.into();
        select! {
            biased;
            () = task.job.reply.closed() => {} // the client disconnected
            permit = timeout_at(deadline, self.decoders.acquire(megapixels)) => match permit {
                Ok(Some(permit)) => self.spawn(task, Some(permit)),
                Ok(None) => task.fail(EngineError::Decoder),
                Err(_) => task.time_out(),
            },
        }
    }

    /// Preprocesses an input and queues the views of its bitmap. Returns whether a replica is free for them.
    fn queue_views(&self, mut task: Task<N>) -> bool {
        task.job.tally.outcome = Outcome::InvalidInput; // in case preprocessing fails or panics
        let span = task.trace.span(|| tracing::info_span!(target: TRACED, "preprocess"));
        let began = Instant::now();
        let preprocessed = span.in_scope(|| catch_unwind(|| task.input.preprocess().map_err(EngineError::from)));
        self.metrics.preprocessing.observe(began.elapsed().as_secs_f64());
        drop(span);
        let Task { mut job, views, trace, reply, .. } = task;
        match preprocessed.unwrap_or(Err(EngineError::Decoder)) {
            Ok(preprocessed) => {
                job.tally.outcome = Outcome::ClientDisconnected;
                job.bitmaps = views(&preprocessed.bitmap);
                job.span = trace.span(|| tracing::info_span!(target: TRACED, "classify"));
                let _ = reply.send(Ok(preprocessed)); // fails if the client disconnected
                self.queue.push(job)
            }
            Err(error) => {
                let _ = reply.send(Err(error));
                false
            }
        }
    }
}

impl<N: Network> Task<N> {
    /// Answers and counts a job whose deadline passed before it was queued.
    fn time_out(self) {
        let Self { job, reply, .. } = self;
        let _ = reply.send(Err(EngineError::Busy)); // fails if the client disconnected
        job.network.statistics().fail.add(job.queued.elapsed());
        job.finish(Err(JobError::TimedOut));
    }

    fn fail(self, error: EngineError) {
        let _ = self.reply.send(Err(error));
    }
}
