//! An object store for one test, which another cloud has.

use lookalike::dialect::RACKSPACE;
use lookalike::{Config, Server};
use serde_json::{Value, json};

/// A cloud with an object store.
pub(crate) struct Swift {
    server: Server,
    http: reqwest::Client,
    token: String,
    account: String,
}

impl Swift {
    pub(crate) async fn start() -> Self {
        let mut config = Config::for_tests();
        config.dialect.dialect = &RACKSPACE;
        config.dialect.dialect_seed = false;
        let server = Server::with(config).await.unwrap();
        let http = reqwest::Client::new();
        let domain = json!({ "id": "default" });
        let body = json!({ "auth": {
            "identity": { "methods": ["password"], "password": {
                "user": { "name": "admin", "password": "secret", "domain": domain } } },
            "scope": { "project": { "name": "admin", "domain": domain } },
        }});
        let url = format!("{}/identity/v3/auth/tokens", server.url());
        let answer = http.post(url).json(&body).send().await.unwrap();
        let token = answer.headers()["x-subject-token"].to_str().unwrap();
        let token = token.to_owned();
        let document: Value = answer.json().await.unwrap();
        let project = document["token"]["project"]["id"].as_str().unwrap();
        Self {
            account: format!("{}/v1/MossoCloudFS_{project}", server.url()),
            server,
            http,
            token,
        }
    }

    /// The URL of a store below a prefix of the container `images`.
    pub(crate) fn url(&self, prefix: &str) -> String {
        format!(
            "swift://images/{prefix}?swift_store_auth_address={}/identity\
             &swift_store_user=admin:admin&swift_store_key=secret\
             &swift_store_create_container_on_put=true",
            self.server.url()
        )
    }

    /// The names in the container.
    pub(crate) async fn names(&self) -> Vec<String> {
        let request = self.http.get(format!("{}/images", self.account));
        let request = request.header("x-auth-token", &self.token);
        let answer = request.header("accept", "text/plain").send().await.unwrap();
        if !answer.status().is_success() {
            // The container comes with the first object.
            return Vec::new();
        }
        let text = answer.text().await.unwrap();
        text.lines().map(str::to_owned).collect()
    }
}
