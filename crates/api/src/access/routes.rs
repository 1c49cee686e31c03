//! The routes of the service, each with the access that it requires.

use crate::{Api, identity::Scope};
use axum::{handler::Handler, http::Method, routing};
use std::{collections::HashMap, sync::Arc};
use utoipa::openapi::path::PathItem;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// The access that a route requires. With `API_ACCESS=open`, every route is open to everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody; the service does not look at the caller.
    Public,
    /// Everybody.
    Everybody,
    /// Everybody; a program needs the scope.
    Visitors(Scope),
    /// Everybody for their own drawings; labellers, operators and programs with the scope for all drawings.
    Drawings(Scope),
    /// Everybody for their own drawings; operators for all drawings.
    OwnDrawings,
    /// Labellers and operators, and programs with the scope.
    Labellers(Scope),
    /// Operators, and programs with the scope.
    Operators(Option<Scope>),
    /// People who have logged in.
    Accounts,
}

/// The access that each path and method requires.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccessTable(HashMap<String, Vec<(Method, Access)>>);

impl AccessTable {
    /// The access of a registered route; `None` if the path does not take the method, or is not registered here.
    pub(super) fn get(&self, path: &str, method: &Method) -> Option<Access> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.0.get(path)?.iter().find(|(taken, _)| taken == method).map(|&(_, access)| access)
    }

    /// Whether the path is registered here, for any method.
    pub(super) fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// Each route as its method and path.
    pub(crate) fn routes(&self) -> impl Iterator<Item = (Method, String)> {
        let each = |(path, methods): (&String, &Vec<(Method, Access)>)| {
            methods.iter().map(|(method, _)| (method.clone(), path.clone())).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(each)
    }

    fn add(&mut self, path: &str, method: Method, access: Access) {
        self.0.entry(path.to_owned()).or_default().push((method, access));
    }
}

/// Routes with their access. Nothing else registers routes (clippy.toml forbids it), so that no route lacks an access.
#[derive(Default)]
pub(crate) struct Routes {
    router: OpenApiRouter<Arc<Api>>,
    table: AccessTable,
}

impl Routes {
    /// No routes, with the OpenAPI document that describes them.
    pub(crate) fn new(document: utoipa::openapi::OpenApi) -> Self {
        Self { router: OpenApiRouter::with_openapi(document), table: AccessTable::default() }
    }

    /// A route of the API, which the OpenAPI document describes.
    pub(crate) fn documented(mut self, access: Access, described: UtoipaMethodRouter<Arc<Api>>) -> Self {
        for (path, item) in &described.1.paths {
            for method in methods(item) {
                self.table.add(path, method, access);
            }
        }
        #[expect(clippy::disallowed_methods, reason = "the access of the routes is in the table")]
        let router = self.router.routes(described);
        Self { router, ..self }
    }

    /// A page.
    pub(crate) fn get<H: Handler<T, Arc<Api>>, T: 'static>(self, access: Access, path: &str, handler: H) -> Self {
        self.route(access, Method::GET, path, routing::get(handler))
    }

    /// The target of a form.
    pub(crate) fn post<H: Handler<T, Arc<Api>>, T: 'static>(self, access: Access, path: &str, handler: H) -> Self {
        self.route(access, Method::POST, path, routing::post(handler))
    }

    fn route(mut self, access: Access, method: Method, path: &str, handler: routing::MethodRouter<Arc<Api>>) -> Self {
        self.table.add(path, method, access);
        #[expect(clippy::disallowed_methods, reason = "the access of the route is in the table")]
        let router = self.router.route(path, handler);
        Self { router, ..self }
    }

    /// The routes of both.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        for (path, methods) in other.table.0 {
            self.table.0.entry(path).or_default().extend(methods);
        }
        Self { router: self.router.merge(other.router), table: self.table }
    }

    /// The same routes with a layer.
    pub(crate) fn layered(self, layer: impl FnOnce(OpenApiRouter<Arc<Api>>) -> OpenApiRouter<Arc<Api>>) -> Self {
        Self { router: layer(self.router), ..self }
    }

    /// The router, and the access of its routes.
    pub(crate) fn into_parts(self) -> (OpenApiRouter<Arc<Api>>, AccessTable) {
        (self.router, self.table)
    }
}

/// The methods of a path in the OpenAPI document.
fn methods(item: &PathItem) -> Vec<Method> {
    let operations = [
        (Method::GET, item.get.is_some()),
        (Method::PUT, item.put.is_some()),
        (Method::POST, item.post.is_some()),
        (Method::DELETE, item.delete.is_some()),
        (Method::PATCH, item.patch.is_some()),
    ];
    operations.into_iter().filter(|(_, is_there)| *is_there).map(|(method, _)| method).collect()
}
