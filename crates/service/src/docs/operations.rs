//! What is said of operations besides what their handlers say.

use super::{drawing, problems};
use utoipa::{ToSchema, openapi::path::Operation};
use utoipa_axum::router::UtoipaMethodRouter;
use wire::{Code, Problem};

/// Routes whose documentation can be added to.
pub trait Documented: Sized {
    /// Changes what is said of each operation.
    #[must_use]
    fn each_operation(self, change: impl Fn(&mut Operation)) -> Self;

    /// Adds the schema of a type, and of all that it is made of, to the document.
    #[must_use]
    fn with_schema<T: ToSchema>(self) -> Self;

    /// Says that the operations may answer with problems of these codes.
    #[must_use]
    fn refuses(self, codes: &[Code]) -> Self {
        self.with_schema::<Problem>().each_operation(|operation| problems::refuse(operation, codes))
    }

    /// Says that the operations take what [`DrawingInput`](crate::DrawingInput) reads for the model that
    /// [`ModelQuery`](crate::ModelQuery) names, and answer with problems where either is wrong, or of these codes besides.
    #[must_use]
    fn takes_a_drawing(self, besides: &[Code]) -> Self {
        self.with_schema::<wire::Input>()
            .each_operation(|operation| operation.request_body = Some(drawing::body().into()))
            .refuses(&[&drawing::REFUSED, besides].concat())
    }
}

impl<S> Documented for UtoipaMethodRouter<S> {
    fn each_operation(mut self, change: impl Fn(&mut Operation)) -> Self {
        for path in self.1.paths.values_mut() {
            let methods = [&mut path.get, &mut path.put, &mut path.post, &mut path.delete];
            methods.into_iter().flatten().for_each(&change);
        }
        self
    }

    fn with_schema<T: ToSchema>(mut self) -> Self {
        self.0.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.0);
        self
    }
}
