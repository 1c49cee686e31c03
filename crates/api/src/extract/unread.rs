//! A body that the handler reads itself, after the checks that need no body.

use axum::extract::{FromRequest, Request};
use std::{convert::Infallible, marker::PhantomData};

/// A request whose body holds a `T` and is not read yet. A client that is over a limit sends no body in vain, and the service
/// reads none.
pub(crate) struct Unread<T>(Request, PhantomData<fn() -> T>);

impl<T, S: Sync> FromRequest<S> for Unread<T> {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self(request, PhantomData))
    }
}

impl<T: FromRequest<()>> Unread<T> {
    /// Reads the body.
    pub(crate) async fn read(self) -> Result<T, T::Rejection> {
        T::from_request(self.0, &()).await
    }
}
