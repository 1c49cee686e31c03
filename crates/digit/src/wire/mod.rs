//! The JSON that the services and their clients exchange: what comes in, what is answered, what went wrong.

mod answer;
mod explanation;
mod input;
mod object;
mod prediction;
mod problem;
mod quality;
mod readings;
mod receipt;
mod record;
mod schema;

pub use answer::{About, Answer, Outcome, Reason, Verdict};
pub use explanation::Explanation;
pub use input::{Content, Input, InputError, InputKind};
pub use object::object;
pub use prediction::{Labelling, Page, Prediction, Source};
pub use problem::{Code, MEDIA_TYPE as PROBLEM_MEDIA_TYPE, Problem};
pub use quality::{DayTally, ModelTally, Pace, Quality, Reliability, Share, Step};
pub use readings::Readings;
pub use receipt::Receipt;
pub use record::Record;
