//! Additions to the documentation of operations.

use super::{drawing, problems};
use utoipa::{ToSchema, openapi::path::Operation};
use utoipa_axum::router::UtoipaMethodRouter;
use wire::{Code, Problem};

/// Routes whose OpenAPI operations can be changed.
pub trait Documented: Sized {
    /// Changes each operation.
    #[must_use]
    fn each_operation(self, change: impl Fn(&mut Operation)) -> Self;

    /// Adds the schemas of a type and of its fields to the document.
    #[must_use]
    fn with_schema<T: ToSchema>(self) -> Self;

    /// Documents that the operations may answer with problems of these codes.
    #[must_use]
    fn refuses(self, codes: &[Code]) -> Self {
        self.with_schema::<Problem>().each_operation(|operation| problems::refuse(operation, codes))
    }

    /// Documents that the operations take a [`DrawingInput`](crate::DrawingInput) and a
    /// [`ModelQuery`](crate::ModelQuery), and may answer with their problems and with problems of these codes.
    #[must_use]
    fn takes_a_drawing(self, other_codes: &[Code]) -> Self {
        self.with_schema::<wire::Input>()
            .each_operation(|operation| operation.request_body = Some(drawing::body().into()))
            .refuses(&[&drawing::REFUSED, other_codes].concat())
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
