//! The initial rows of a new cloud: a domain, projects, users, roles, and a catalog.

use super::secrets;
use super::urls::PUBLIC_URL;
use crate::Result;
use crate::app::App;
use crate::db::Session;
use crate::db::identity::{Endpoint, Project, Region, Role, Scope, Service, User};
use crate::domain::region::RegionKey;
use crate::identity::token::DEFAULT_DOMAIN;

/// The type of this service in the catalogue.
const IDENTITY: &str = "identity";

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
    let password = if let Some(password) = known.take() {
        password
    } else {
        // Apart from the ids, which are the same whether or not it is known already.
        let config = app.config();
        let stream = app.random.repeated_stream(secret, &[b"first password"]);
        secrets::hash(&app.in_stream(Some(stream)), &config.bootstrap_password).await?
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

async fn people(app: &App, session: &mut Session, password: &str) -> Result<()> {
    let projects = PROJECTS.map(|projects| project(app, projects));
    let roles = ROLES.map(|roles| role(app, roles));
    let users = USERS.map(|users| user(app, users.0, password));
    session.add_entities(&projects).await?;
    session.add_entities(&roles).await?;
    let more = app.dialect().roles.iter().map(|known| Role {
        description: Some(known.description.into()),
        ..role(app, known.name)
    });
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

fn new_id(app: &App) -> String {
    app.new_id().simple().to_string()
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

fn role(app: &App, name: &str) -> Role {
    Role {
        id: new_id(app),
        domain_id: None,
        name: name.into(),
        description: None,
        options: r#"{"immutable":true}"#.into(),
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
    let names = config.region_names();
    let catalogue = app.dialect().catalogue;
    let services: Vec<_> = catalogue
        .iter()
        .map(|service| Service {
            id: new_id(app),
            kind: service.kind.into(),
            name: Some(service.name.into()),
            description: None,
            enabled: true,
            extra: "{}".into(),
        })
        .collect();
    let mut endpoints = Vec::new();
    for (number, region) in names.iter().enumerate() {
        let path_of_region = config.region_path(&RegionKey::new(region, number));
        for (known, service) in catalogue.iter().zip(&services) {
            // The identity is one for all regions.
            let below = if known.kind == IDENTITY {
                ""
            } else {
                &path_of_region
            };
            endpoints.extend(known.endpoints.iter().map(|(interface, path)| Endpoint {
                id: new_id(app),
                service_id: service.id.clone(),
                interface: interface.as_str().into(),
                region_id: Some((*region).to_owned()),
                url: format!("{PUBLIC_URL}{below}{path}"),
                enabled: true,
                extra: "{}".into(),
            }));
        }
    }
    let regions: Vec<_> = names.iter().map(|name| region(name)).collect();
    session.add_entities(&regions).await?;
    session.add_entities(&services).await?;
    Ok(session.add_entities(&endpoints).await?)
}

fn region(name: &str) -> Region {
    Region {
        id: name.to_owned(),
        description: String::new(),
        parent_region_id: None,
        extra: "{}".into(),
    }
}
