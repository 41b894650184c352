//! The people of a seed: domains, projects, roles, users, and who may do what; and the ids behind
//! their names, which the rest of the seed uses.

mod grants;
mod limits;
mod names;

use futures_util::future::try_join_all;

use super::SeedReport;
use crate::app::App;
use crate::db::Session;
use crate::db::identity::{Domain, Entity, Project, Role, User};
use crate::domain::secret::Secret;
use crate::domain::seed::{Seed, SeedUser};
use crate::domain::text;
use crate::identity::hash_password;
use crate::{Error, Result};

use grants::grants;
pub(super) use names::Names;
use names::{invalid, new_id};

/// Rows that one statement inserts.
const ROWS: usize = 64;

/// Makes the PHC strings of all passwords that have none yet.
pub(super) async fn hash_passwords(app: &App, seed: &Seed) -> Result<()> {
    let first = app.config().bootstrap_password.clone();
    let users = seed.document.users.iter();
    let mut words: Vec<_> = users
        .map(|user| user.value.password.clone().unwrap_or_else(|| first.clone()))
        .collect();
    words.sort_unstable();
    words.dedup();
    words.retain(|word| !seed.hashes().contains_key(word));
    let hashes = words.iter().map(|word| hash_password(app, word));
    let hashes = try_join_all(hashes).await?;
    seed.hashes().extend(words.into_iter().zip(hashes));
    Ok(())
}

/// Adds the people that are not there yet, and answers all that there are.
pub(super) async fn settle(
    app: &App,
    db: &mut Session,
    seed: &Seed,
    planted: &mut SeedReport,
) -> Result<Names> {
    if app.keystone.is_some() {
        if seed.has_identity() {
            return Err(invalid(format!(
                "seed {}: projects and users are those of the Keystone elsewhere (--keystone-url); \
                 only images, metadefs and tasks can be planted",
                seed.name
            )));
        }
        return Ok(Names {
            elsewhere: true,
            ..Names::default()
        });
    }
    let mut names = Names {
        projects: db.entities(&[]).await?,
        ..Names::default()
    };
    if !seed.has_identity() {
        return Ok(names);
    }
    names.domains = db.entities(&[]).await?;
    names.roles = db.entities(&[]).await?;
    names.users = db.entities(&[]).await?;
    let mut rows = Rows::default();
    rows.domains(seed, &mut names, planted)?;
    rows.projects(seed, &mut names, planted)?;
    rows.roles(seed, &mut names, planted)?;
    rows.users(app, seed, &mut names, planted)?;
    let grants = grants(seed, &names)?;
    add(db, &rows.domains).await?;
    add(db, &rows.projects).await?;
    add(db, &rows.roles).await?;
    add(db, &rows.users).await?;
    for some in rows.api_keys.chunks(ROWS) {
        db.add_api_keys(some).await?;
    }
    for some in grants.chunks(ROWS) {
        let rows: Vec<_> = some
            .iter()
            .map(|(user, role, at)| (*user, *role, at))
            .collect();
        db.assign(&rows).await?;
    }
    limits::settle(app, db, seed, &names, planted).await?;
    Ok(names)
}

async fn add<E: Entity>(db: &mut Session, entities: &[E]) -> Result<()> {
    for some in entities.chunks(ROWS) {
        db.add_entities(some).await?;
    }
    Ok(())
}

/// The rows to add.
#[derive(Default)]
struct Rows {
    domains: Vec<Domain>,
    projects: Vec<Project>,
    roles: Vec<Role>,
    users: Vec<User>,
    /// The API keys by the ids of their users.
    api_keys: Vec<(String, Secret)>,
}

impl Rows {
    fn domains(&mut self, seed: &Seed, names: &mut Names, planted: &mut SeedReport) -> Result<()> {
        for entry in &seed.document.domains {
            let said = &entry.value;
            let wrong = |error: Error| seed.entry_error(entry, "domains", &said.name, error);
            let id = new_id(
                &names.domains,
                &said.name,
                None,
                said.id.as_deref(),
                "domain",
            );
            let Some(id) = id.map_err(wrong)? else {
                planted.kept.domains += 1;
                continue;
            };
            planted.made.domains += 1;
            let domain = Domain {
                id,
                name: said.name.clone(),
                description: said.description.clone().or(Some(String::new())),
                enabled: said.enabled,
                options: "{}".into(),
                extra: "{}".into(),
            };
            names.domains.push(domain.clone());
            self.domains.push(domain);
        }
        Ok(())
    }

    fn projects(&mut self, seed: &Seed, names: &mut Names, planted: &mut SeedReport) -> Result<()> {
        for entry in &seed.document.projects {
            let said = &entry.value;
            let wrong = |error: Error| seed.entry_error(entry, "projects", &said.name, error);
            let domain = names.domain(said.domain.as_deref()).map_err(wrong)?;
            let (name, wanted) = (&said.name, said.id.as_deref());
            let id = new_id(&names.projects, name, Some(&domain), wanted, "project");
            let Some(id) = id.map_err(wrong)? else {
                planted.kept.projects += 1;
                continue;
            };
            planted.made.projects += 1;
            let project = Project {
                id,
                parent_id: domain.clone(),
                domain_id: domain,
                name: said.name.clone(),
                description: said.description.clone().or(Some(String::new())),
                enabled: said.enabled,
                options: "{}".into(),
                extra: "{}".into(),
            };
            names.projects.push(project.clone());
            self.projects.push(project);
        }
        Ok(())
    }

    fn roles(&mut self, seed: &Seed, names: &mut Names, planted: &mut SeedReport) -> Result<()> {
        for entry in &seed.document.roles {
            let said = &entry.value;
            let wrong = |error: Error| seed.entry_error(entry, "roles", &said.name, error);
            let id = new_id(&names.roles, &said.name, None, said.id.as_deref(), "role");
            let Some(id) = id.map_err(wrong)? else {
                planted.kept.roles += 1;
                continue;
            };
            planted.made.roles += 1;
            let role = Role {
                id,
                domain_id: None,
                name: said.name.clone(),
                description: said.description.clone(),
                options: "{}".into(),
                extra: "{}".into(),
            };
            names.roles.push(role.clone());
            self.roles.push(role);
        }
        Ok(())
    }

    fn users(
        &mut self,
        app: &App,
        seed: &Seed,
        names: &mut Names,
        planted: &mut SeedReport,
    ) -> Result<()> {
        for entry in &seed.document.users {
            let said = &entry.value;
            let user = user(app, seed, said, names);
            let user = user.map_err(|error| seed.entry_error(entry, "users", &said.name, error))?;
            let Some(user) = user else {
                planted.kept.users += 1;
                continue;
            };
            planted.made.users += 1;
            if let Some(key) = &said.api_key {
                let checked = check_api_key(key);
                checked.map_err(|error| seed.entry_error(entry, "users", &said.name, error))?;
                self.api_keys.push((user.id.clone(), Secret::new(key)));
            }
            names.users.push(user.clone());
            self.users.push(user);
        }
        Ok(())
    }
}

/// Fails unless the text can be an API key.
fn check_api_key(key: &str) -> Result<()> {
    text::check("api_key", key)?;
    if key.trim().is_empty() {
        return Err(invalid("api_key: an API key is not empty".into()));
    }
    Ok(())
}

/// A user, unless there is one of this name.
fn user(app: &App, seed: &Seed, said: &SeedUser, names: &Names) -> Result<Option<User>> {
    let domain = names.domain(said.domain.as_deref())?;
    let (name, wanted) = (&said.name, said.id.as_deref());
    let Some(id) = new_id(&names.users, name, Some(&domain), wanted, "user")? else {
        return Ok(None);
    };
    let config = app.config();
    let password = said.password.as_ref().unwrap_or(&config.bootstrap_password);
    let project = said.default_project.as_deref();
    let project = project.map(|project| names.project(project, "default_project"));
    Ok(Some(User {
        id,
        domain_id: domain,
        name: said.name.clone(),
        password: seed.hashes().get(password).cloned(),
        enabled: said.enabled,
        default_project_id: project.transpose()?,
        options: "{}".into(),
        extra: "{}".into(),
    }))
}
