//! nginx as a reverse proxy with the committed configuration. `scripts/compose-test.sh` tests Caddy.

use crate::{
    person::settings_with_accounts,
    stack::{Stack, root},
};
use api::Settings;
use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output},
    time::Duration,
};
use tempfile::TempDir;

/// nginx with a certificate of its own for digits.example.
struct Nginx {
    process: Child,
    folder: TempDir,
    https: u16,
    http: u16,
}

impl Nginx {
    /// Starts nginx with `deploy/nginx/digits.conf`, changed so that it runs in a folder, on free ports, before this api.
    async fn start(stack: &Stack, change: impl FnOnce(String) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (https, http) = (free_port(), free_port());
        make_certificate(folder.path());
        let site = fs::read_to_string(root().join("deploy/nginx/digits.conf")).unwrap();
        let replaced = |site: String, from: &str, to: &str| {
            assert!(site.contains(from), "{from} is not in digits.conf");
            site.replace(from, to)
        };
        let site = replaced(site, "listen 443 ssl", &format!("listen 127.0.0.1:{https} ssl"));
        let site = replaced(site, "listen 80", &format!("listen 127.0.0.1:{http}"));
        let site = replaced(site, "/etc/letsencrypt/live/digits.example", folder.path().to_str().unwrap());
        let site = replaced(site, "127.0.0.1:8501", &stack.api.address.to_string());
        let rest = "daemon off; master_process off; pid nginx.pid; error_log error.log; events {} http { access_log off; client_body_temp_path \
                    body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;";
        fs::write(folder.path().join("nginx.conf"), format!("{rest}\n{}\n}}", change(site))).unwrap();
        let mut command = Command::new("nginx");
        command.arg("-p").arg(folder.path()).args(["-c", "nginx.conf", "-e", "error.log"]);
        let process = command.spawn().unwrap();
        let nginx = Self { process, folder, https, http };
        for _ in 0..300 {
            if nginx.curl(&["https://digits.example/livez"]).status.success() {
                return nginx;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("nginx was not ready within 30 seconds: {}", nginx.log());
    }

    /// Runs curl, which trusts the certificate and takes nginx for digits.example.
    fn curl(&self, arguments: &[&str]) -> Output {
        let connect = |port, to: u16| format!("digits.example:{port}:127.0.0.1:{to}");
        Command::new("curl")
            .args(["--silent", "--noproxy", "*", "--max-time", "20", "--include", "--cacert"])
            .arg(self.folder.path().join("fullchain.pem"))
            .args(["--connect-to", &connect(443, self.https), "--connect-to", &connect(80, self.http)])
            .args(arguments)
            .output()
            .unwrap()
    }

    /// The head and the body of the response to a request by curl.
    fn response(&self, arguments: &[&str]) -> String {
        let output = self.curl(arguments);
        assert!(output.status.success(), "curl {arguments:?}: {:?} {}", output.status, self.log());
        String::from_utf8(output.stdout).unwrap()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn make_certificate(folder: &Path) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=digits.example", "-addext", "subjectAltName=DNS:digits.example"])
        .args(["-keyout", "privkey.pem", "-out", "fullchain.pem"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
}

async fn behind_nginx() -> Stack {
    let public_url = Some("https://digits.example".parse().unwrap());
    let trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    Stack::with_settings(Settings { public_url, trusted_proxies, ..Settings::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nginx"]
async fn behind_nginx_people_draw_over_https() {
    let stack = behind_nginx().await;
    let nginx = Nginx::start(&stack, |site| site).await;
    let page = nginx.response(&["https://digits.example/"]);
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("set-cookie: __Host-visitor="), "{page}");
    let drawing = format!("file=@{}", root().join("examples/eight.png").display());
    let form = ["--form", &drawing, "--header", "Origin: https://digits.example", "https://digits.example/predict"];
    let answer = nginx.response(&form);
    assert!(answer.contains("\"prediction\":8"), "{answer}");
    assert_eq!(stack.rows().await, 1);
    let redirect = nginx.response(&["http://digits.example/history?predicted=8"]);
    assert!(redirect.starts_with("HTTP/1.1 308"), "{redirect}");
    assert!(redirect.contains("Location: https://digits.example/history?predicted=8"), "{redirect}");
}

/// The addresses of the clients from which logins were refused, after three logins through nginx: one of this machine, one
/// of the same machine at another of its addresses, and one that forges an address.
async fn refused_addresses(change: impl FnOnce(String) -> String) -> Vec<String> {
    let public_url = Some("https://digits.example".parse().unwrap());
    let stack = Stack::with_settings(Settings { public_url, ..settings_with_accounts() }).await;
    let nginx = Nginx::start(&stack, change).await;
    for (number, more) in [
        &["--interface", "127.0.0.2"][..],
        &["--interface", "127.0.0.3"],
        &["--interface", "127.0.0.3", "--header", "X-Forwarded-For: 198.51.100.7, 127.0.0.1"],
    ]
    .into_iter()
    .enumerate()
    {
        let form = format!("name=name{number}&password=wrong+password");
        let login = ["--data", &form, "--header", "Origin: https://digits.example", "https://digits.example/login"];
        let answer = nginx.response(&[more, &login].concat());
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    }
    let query = "select address from audit_log where is_refused order by subject";
    sqlx::query_scalar(query).fetch_all(&mut stack.sql().await).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nginx"]
async fn behind_nginx_each_client_is_known_by_its_own_address_even_if_it_forges_another() {
    assert_eq!(refused_addresses(|site| site).await, ["127.0.0.2", "127.0.0.3", "127.0.0.3"]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nginx"]
async fn without_the_line_of_the_clients_address_all_clients_are_one_or_what_they_claim() {
    let line = "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;";
    let without = |site: String| {
        assert!(site.contains(line), "{site}");
        site.replace(line, "")
    };
    assert_eq!(refused_addresses(without).await, ["127.0.0.1", "127.0.0.1", "198.51.100.7"]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nginx"]
async fn a_proxy_that_does_not_pass_on_the_host_gets_an_answer_that_says_so() {
    let stack = behind_nginx().await;
    let nginx = Nginx::start(&stack, |site| site.replace("proxy_set_header Host $http_host;", "")).await;
    let answer = nginx.response(&["https://digits.example/predict"]);
    assert!(answer.starts_with("HTTP/1.1 421"), "{answer}");
    assert!(answer.contains("has to pass on the header Host unchanged"), "{answer}");
}
