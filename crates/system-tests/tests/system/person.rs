//! A person at a browser without JavaScript, and API tokens: what tests of accounts need.

use crate::{
    drawings,
    pages::between,
    stack::{Stack, json},
    test_logs,
};
use api::{ApiAccess, Role, Settings, UserCommand, run_user_command};
use reqwest::{RequestBuilder, StatusCode, header};
use std::{collections::BTreeMap, sync::Mutex};

/// The cookies of a browser: their values, and the whole `Set-Cookie` that stored each.
type Cookies = BTreeMap<String, (String, String)>;

/// A person at a browser.
pub(crate) struct Person<'a> {
    stack: &'a Stack,
    cookies: Mutex<Cookies>,
    /// The value of `X-Forwarded-For`, which a trusted proxy sends.
    address: Option<String>,
}

/// A response, whose cookies the browser has stored.
pub(crate) struct Reply(reqwest::Response);

impl Reply {
    pub(crate) fn status(&self) -> StatusCode {
        self.0.status()
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        Some(self.0.headers().get(name)?.to_str().unwrap().to_owned())
    }

    /// The body of a response with this status.
    pub(crate) async fn page(self, status: StatusCode) -> String {
        let (found, body) = (self.0.status(), self.0.text().await.unwrap());
        assert_eq!(found, status, "{body}");
        body
    }

    /// Checks that the response redirects to a path.
    #[track_caller]
    pub(crate) fn leads_to(&self, path: &str) {
        assert_eq!(self.status(), StatusCode::SEE_OTHER);
        assert_eq!(self.header("location").as_deref(), Some(path));
    }
}

impl<'a> Person<'a> {
    /// The password that people of the tests set.
    pub(crate) const PASSWORD: &'static str = "correct horse battery";

    /// A person without cookies.
    pub(crate) fn new(stack: &'a Stack) -> Self {
        Self { stack, cookies: Mutex::default(), address: None }
    }

    /// A visitor: a person whose browser has opened the first page.
    pub(crate) async fn visitor(stack: &'a Stack) -> Self {
        let person = Self::new(stack);
        person.get("/").await.page(StatusCode::OK).await;
        person
    }

    /// The same person at another address.
    pub(crate) fn at(self, address: &str) -> Self {
        Self { address: Some(address.to_owned()), ..self }
    }

    /// A person who accepted an invitation and has logged in.
    pub(crate) async fn invited(stack: &'a Stack, name: &str, role: &str) -> Self {
        let (person, code) = (Self::new(stack), stack.invite(name, role).await);
        person.post("/invitation", &[("code", &code), ("password", Self::PASSWORD)]).await.leads_to("/account");
        person
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(self.stack.get(path)).await
    }

    /// Posts a form.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Reply {
        for (name, value) in form {
            match *name {
                "password" | "old" | "new" => test_logs::secret("password", value),
                "code" => test_logs::secret("invitation code", value),
                _ => {}
            }
        }
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.send(self.stack.post(path, "application/x-www-form-urlencoded", body)).await
    }

    pub(crate) async fn log_in(&self, name: &str, password: &str) -> Reply {
        self.post("/login", &[("name", name), ("password", password)]).await
    }

    /// Submits a drawing, and returns its id.
    pub(crate) async fn draw(&self) -> String {
        let drawing = drawings::all()[8].to_string();
        let reply = self.send(self.stack.post("/predict", "application/json", drawing)).await;
        json(reply.0, StatusCode::OK).await["id"].as_str().unwrap().to_owned()
    }

    /// Sends a request as a browser sends it for a page, and stores the cookies of the response.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Reply {
        self.send_as_program(request.header(header::ACCEPT, "text/html,*/*;q=0.8")).await
    }

    /// Sends a request as a script of a page sends it.
    pub(crate) async fn send_as_program(&self, request: RequestBuilder) -> Reply {
        let cookies = {
            let cookies = self.cookies.lock().unwrap();
            cookies.iter().map(|(name, (value, _))| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
        };
        let request = request.header(header::COOKIE, cookies);
        let request = self.address.iter().fold(request, |request, address| request.header("x-forwarded-for", address));
        let response = request.send().await.unwrap();
        let mut cookies = self.cookies.lock().unwrap();
        for line in response.headers().get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("; Max-Age=0;") {
                cookies.remove(name);
            } else {
                if ["session", "visitor", "known-browser"].iter().any(|secret| name.ends_with(secret)) {
                    test_logs::secret("cookie", value);
                }
                cookies.insert(name.to_owned(), (value.to_owned(), line.to_owned()));
            }
        }
        drop(cookies);
        Reply(response)
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).map(|(value, _)| value.clone())
    }

    /// The `Set-Cookie` that stored a cookie.
    pub(crate) fn set_cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).map(|(_, line)| line.clone())
    }

    /// Stores a cookie.
    pub(crate) fn set(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), (value.to_owned(), String::new()));
    }
}

/// Has an operator make an API token.
pub(crate) async fn token(operator: &Person<'_>, name: &str, scopes: &[&str]) -> String {
    let form: Vec<_> = scopes.iter().map(|scope| ("scope", *scope)).chain([("name", name), ("days", "7")]).collect();
    let page = operator.post("/account/tokens", &form).await.page(StatusCode::OK).await;
    let token = between(&page, "<code>", "</code>")[0];
    test_logs::secret("API token", token);
    token.to_owned()
}

/// Requests a path with an API token.
pub(crate) async fn bearer(stack: &Stack, token: &str, path: &str) -> reqwest::Response {
    stack.get(path).bearer_auth(token).send().await.unwrap()
}

/// The settings of a service with accounts, behind a trusted proxy on this machine.
pub(crate) fn settings_with_accounts() -> Settings {
    let trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    Settings { access: ApiAccess::Accounts, trusted_proxies, ..Settings::default() }
}

impl Stack {
    /// Starts all services with accounts, behind a trusted proxy on this machine.
    pub(crate) async fn with_accounts() -> Self {
        Self::with_settings(settings_with_accounts()).await
    }

    /// Invites a person with `api user invite`, and returns the code that it prints.
    pub(crate) async fn invite(&self, name: &str, role: &str) -> String {
        let role = if role == "operator" { Role::Operator } else { Role::Labeller };
        let command = UserCommand::Invite { name: name.to_owned(), role };
        let mut out = Vec::new();
        run_user_command(&self.store(), &self.url(""), &command, &mut out).await.unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.contains(&format!("{}/invitation", self.url(""))), "{out}");
        let code = out.lines().last().unwrap();
        test_logs::secret("invitation code", code);
        code.to_owned()
    }

    /// Moves the times in a column into the past, as if so much time had passed.
    pub(crate) async fn move_clock(&self, table: &str, column: &str, interval: &str) {
        let statement = format!("update {table} set {column} = {column} - interval '{interval}'");
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut self.sql().await).await.unwrap();
    }

    /// The subjects of an action in the audit log, in order.
    pub(crate) async fn audited(&self, action: &str, is_refused: bool) -> Vec<String> {
        let query = "select subject from audit_log where action = $1 and is_refused = $2 order by id";
        sqlx::query_scalar(query).bind(action).bind(is_refused).fetch_all(&mut self.sql().await).await.unwrap()
    }
}
