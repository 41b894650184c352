//! The initial rows of a new cloud: a domain, projects, users, roles, and a catalog.

use tokio::sync::OnceCell;

use super::own_catalogue::{self, endpoints, new_id, region, role, service};
use super::secrets;
use crate::Result;
use crate::app::App;
use crate::config::Config;
use crate::db::Session;
use crate::db::identity::{Project, Scope, User};
use crate::identity::token::DEFAULT_DOMAIN;
use crate::runtime::random::system_bytes;

const PROJECTS: [(&str, &str); 3] = [
    ("admin", "Bootstrap project for initializing the cloud."),
    ("demo", "A project to try things in."),
    ("alt", "Another project, to try sharing with."),
];
const ROLES: [&str; 5] = ["reader", "member", "manager", "admin", "service"];
const IMPLIED: [(&str, &str); 3] = [
    ("admin", "manager"),
    ("manager", "member"),
    ("member", "reader"),
];
/// Users, each with the project he has roles on.
const USERS: [(&str, &str, &[&str]); 5] = [
    ("admin", "admin", &["admin"]),
    ("demo", "demo", &["member", "reader"]),
    ("alt", "alt", &["member", "reader"]),
    ("demo_reader", "demo", &["reader"]),
    ("demo_member", "demo", &["member"]),
];

/// Fills the identity of a database that has none yet. Of two servers that start on one database
/// at once, one does it and the other waits. `secret` decides what is random
/// in it ([`crate::runtime::random::Random::repeated`]); `known` keeps the first password as it is stored, for
/// the next time.
pub async fn bootstrap(app: &App, secret: &[u8], known: &mut Option<String>) -> Result<()> {
    if !app.db.read().await?.identity_is_empty().await? {
        return Ok(());
    }
    // All users begin with the same password: hashing is what costs time here.
    let password = match known.take() {
        Some(password) => password,
        None => first_password(app, secret).await?,
    };
    *known = Some(password.clone());
    let mut session = app.db.write().await?;
    let first = session.claim_first_domain(DEFAULT_DOMAIN, "Default", "The default domain");
    if !first.await? {
        return Ok(());
    }
    people(app, &mut session, &password).await?;
    services(app, &mut session).await?;
    session.commit().await?;
    tracing::info!("created the first users: admin, demo, alt, demo_reader, demo_member");
    Ok(())
}

/// Begins to hash the first password of a new cloud with these settings, beside whatever else its start takes.
pub fn begin_hashing(config: &Config) {
    let has_identity = config.keystone.keystone_url.is_none();
    if config.ephemeral && has_identity && has_default_password(config) {
        tokio::spawn(hash_of_default());
    }
}

/// Returns the hash of the first password.
async fn first_password(app: &App, secret: &[u8]) -> Result<String> {
    let config = app.config();
    if has_default_password(&config) {
        return hash_of_default().await;
    }
    // Apart from the ids, which are the same whether or not it is known already.
    let stream = app.random.repeated_stream(secret, &[b"first password"]);
    secrets::hash(&app.in_stream(Some(stream)), &config.bootstrap_password).await
}

/// Returns `true` if the first password is the default one, and nothing that is stored has to follow from a seed.
fn has_default_password(config: &Config) -> bool {
    config.bootstrap_password == Config::default().bootstrap_password
        && config.determinism.deterministic.is_none()
}

/// Returns the hash of the default password. All servers of a process share it: it protects nothing that is not known, and
/// takes some 5 ms, longer than all else when a process starts one server after the other.
async fn hash_of_default() -> Result<String> {
    static HASH: OnceCell<String> = OnceCell::const_new();
    let hash = HASH.get_or_try_init(|| async {
        let mut salt = [0; 16];
        system_bytes(&mut salt)?;
        secrets::hash_salted(Config::default().bootstrap_password, salt).await
    });
    hash.await.cloned()
}

async fn people(app: &App, session: &mut Session, password: &str) -> Result<()> {
    let projects = PROJECTS.map(|projects| project(app, projects));
    let roles = ROLES.map(|name| role(app, name, None));
    let users = USERS.map(|users| user(app, users.0, password));
    session.add_entities(&projects).await?;
    session.add_entities(&roles).await?;
    let more = app.dialect().roles.iter();
    let more = more.map(|known| role(app, known.name, Some(known.description)));
    session.add_entities(&more.collect::<Vec<_>>()).await?;
    session.add_entities(&users).await?;
    let role = |name: &str| {
        roles
            .iter()
            .find(|role| role.name == name)
            .map(|role| role.id.as_str())
    };
    let pairs = IMPLIED
        .iter()
        .filter_map(|implied| role(implied.0).zip(role(implied.1)));
    session.imply(&pairs.collect::<Vec<_>>()).await?;
    let mut rows = Vec::new();
    for ((name, on, given), user) in USERS.iter().zip(&users) {
        let on = projects.iter().find(|project| project.name == *on);
        let on = on.map(|on| Scope::Project(on.id.clone()));
        let system = (*name == "admin").then_some(Scope::System);
        for scope in on.into_iter().chain(system) {
            let roles = given.iter().filter_map(|given| role(given));
            rows.extend(roles.map(|role| (user.id.as_str(), role, scope.clone())));
        }
    }
    let rows: Vec<_> = rows.iter().map(|row| (row.0, row.1, &row.2)).collect();
    Ok(session.assign(&rows).await?)
}

fn project(app: &App, (name, description): (&str, &str)) -> Project {
    Project {
        id: new_id(app),
        domain_id: DEFAULT_DOMAIN.into(),
        name: name.into(),
        description: Some(description.into()),
        enabled: true,
        parent_id: DEFAULT_DOMAIN.into(),
        options: "{}".into(),
        extra: "{}".into(),
    }
}

fn user(app: &App, name: &str, password: &str) -> User {
    User {
        id: new_id(app),
        domain_id: DEFAULT_DOMAIN.into(),
        name: name.into(),
        password: Some(password.into()),
        enabled: true,
        default_project_id: None,
        options: "{}".into(),
        extra: "{}".into(),
    }
}

async fn services(app: &App, session: &mut Session) -> Result<()> {
    let config = app.config();
    let known = own_catalogue::services(app);
    let services: Vec<_> = known.map(|known| service(app, known)).collect();
    let endpoints = endpoints(app).into_iter().filter_map(|new| {
        let service = services.iter().find(|service| service.kind == new.kind)?;
        Some(new.row(app, service))
    });
    let endpoints: Vec<_> = endpoints.collect();
    let regions: Vec<_> = config.region_names().into_iter().map(region).collect();
    session.add_entities(&regions).await?;
    session.add_entities(&services).await?;
    Ok(session.add_entities(&endpoints).await?)
}
