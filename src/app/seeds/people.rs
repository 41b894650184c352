//! The people of a seed: domains, projects, roles, users, and who may do what; and the ids behind
//! their names, which the rest of the seed uses.

use futures_util::future::try_join_all;
use serde_saphyr::Spanned;

use super::super::App;
use super::Planted;
use crate::db::Session;
use crate::db::identity::{Domain, Entity, Project, Role, Scope, User};
use crate::domain::seed::{Granted, Seed, SeedAssignment, SeedUser, lasting_id};
use crate::domain::text;
use crate::identity::{DEFAULT_DOMAIN, hash_password};
use crate::{Error, Result};

/// Rows that one statement inserts.
const ROWS: usize = 500;

/// The project that belongs to whoever made a cloud.
const ADMIN: &str = "admin";

/// What there is, by name and id.
#[derive(Debug, Default)]
pub(super) struct Names {
    domains: Vec<Domain>,
    projects: Vec<Project>,
    roles: Vec<Role>,
    users: Vec<User>,
    /// Whether another Keystone knows the names: here ids are taken as they are.
    elsewhere: bool,
}

/// What has a name and an id.
trait Named {
    fn id(&self) -> &str;
    fn name(&self) -> &str;
    fn domain(&self) -> Option<&str>;
}

macro_rules! named {
    ($($kind:ident: $domain:expr),*) => {
        $(impl Named for $kind {
            fn id(&self) -> &str { &self.id }
            fn name(&self) -> &str { &self.name }
            fn domain(&self) -> Option<&str> {
                let domain: fn(&Self) -> Option<&str> = $domain;
                domain(self)
            }
        })*
    };
}
named!(
    Domain: |_| None,
    Role: |_| None,
    Project: |it| Some(&it.domain_id),
    User: |it| Some(&it.domain_id)
);

fn invalid(text: String) -> Error {
    Error::Invalid(text)
}

/// Makes the PHC strings of all passwords that have none yet.
pub(super) async fn hash_passwords(app: &App, seed: &Seed) -> Result<()> {
    let first = app.config().bootstrap_password.clone();
    let users = seed.document.users.iter();
    let mut words: Vec<_> = users
        .map(|it| it.value.password.clone().unwrap_or_else(|| first.clone()))
        .collect();
    words.sort_unstable();
    words.dedup();
    words.retain(|it| !seed.hashes().contains_key(it));
    let hashes = words.iter().map(|it| hash_password(app, it));
    let hashes = try_join_all(hashes).await?;
    seed.hashes().extend(words.into_iter().zip(hashes));
    Ok(())
}

/// Adds the people that are not there yet, and answers all that there are.
pub(super) async fn settle(
    app: &App,
    db: &mut Session,
    seed: &Seed,
    planted: &mut Planted,
) -> Result<Names> {
    if app.keystone.is_some() {
        if seed.has_people() {
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
    if !seed.has_people() {
        return Ok(names);
    }
    names.domains = db.entities(&[]).await?;
    names.roles = db.entities(&[]).await?;
    names.users = db.entities(&[]).await?;
    let mut rows = Rows::default();
    rows.places(seed, &mut names, planted)?;
    rows.users(app, seed, &mut names, planted)?;
    let grants = grants(seed, &names)?;
    add(db, &rows.domains).await?;
    add(db, &rows.projects).await?;
    add(db, &rows.roles).await?;
    add(db, &rows.users).await?;
    for some in grants.chunks(ROWS) {
        let rows: Vec<_> = some
            .iter()
            .map(|(user, role, at)| (*user, *role, at))
            .collect();
        db.assign(&rows).await?;
    }
    Ok(names)
}

async fn add<E: Entity>(db: &mut Session, entities: &[E]) -> Result<()> {
    for some in entities.chunks(ROWS) {
        db.add_entities(some).await?;
    }
    Ok(())
}

/// What is to be added.
#[derive(Default)]
struct Rows {
    domains: Vec<Domain>,
    projects: Vec<Project>,
    roles: Vec<Role>,
    users: Vec<User>,
}

impl Rows {
    fn places(&mut self, seed: &Seed, names: &mut Names, planted: &mut Planted) -> Result<()> {
        for entry in &seed.document.domains {
            let said = &entry.value;
            let wrong = |error: Error| seed.wrong(entry, "domains", &said.name, error);
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
        for entry in &seed.document.projects {
            let said = &entry.value;
            let wrong = |error: Error| seed.wrong(entry, "projects", &said.name, error);
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
        self.roles(seed, names, planted)
    }

    fn roles(&mut self, seed: &Seed, names: &mut Names, planted: &mut Planted) -> Result<()> {
        for entry in &seed.document.roles {
            let said = &entry.value;
            let wrong = |error: Error| seed.wrong(entry, "roles", &said.name, error);
            let id = new_id(&names.roles, &said.name, None, said.id.as_deref(), "role");
            let Some(id) = id.map_err(wrong)? else {
                planted.kept.roles += 1;
                continue;
            };
            planted.made.roles += 1;
            let role = Role {
                id,
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
        planted: &mut Planted,
    ) -> Result<()> {
        for entry in &seed.document.users {
            let said = &entry.value;
            let user = user(app, seed, said, names);
            let user = user.map_err(|error| seed.wrong(entry, "users", &said.name, error))?;
            let Some(user) = user else {
                planted.kept.users += 1;
                continue;
            };
            planted.made.users += 1;
            names.users.push(user.clone());
            self.users.push(user);
        }
        Ok(())
    }
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
    let project = project.map(|it| names.project(it, "default_project"));
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

/// The id of something new, or nothing if it is there already.
fn new_id<N: Named>(
    there: &[N],
    name: &str,
    domain: Option<&str>,
    wanted: Option<&str>,
    what: &str,
) -> Result<Option<String>> {
    text::check_nul(name)?;
    let longest = if what == "project" || what == "domain" {
        64
    } else {
        255
    };
    if name.is_empty() || name.chars().count() > longest {
        return Err(invalid(format!("a name has 1 to {longest} characters")));
    }
    if let Some(found) = there
        .iter()
        .find(|it| it.name() == name && it.domain() == domain)
    {
        return match wanted {
            Some(wanted) if wanted != found.id() => Err(invalid(format!(
                "the {what} is there already, with the id {}",
                found.id()
            ))),
            _ => Ok(None),
        };
    }
    let id = match wanted {
        Some(id) => id.to_owned(),
        None => {
            let words = [what, domain.unwrap_or_default(), name];
            lasting_id(&words).simple().to_string()
        }
    };
    let fits = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
    if id.is_empty() || id.len() > 64 || !id.chars().all(fits) {
        let text = "an id has 1 to 64 letters, digits, -, _ and .";
        return Err(invalid(format!("{id:?} is no id: {text}")));
    }
    match there.iter().find(|it| it.id() == id) {
        Some(other) => Err(invalid(format!("its id is that of {}", other.name()))),
        None => Ok(Some(id)),
    }
}

impl Names {
    fn domain(&self, word: Option<&str>) -> Result<String> {
        let Some(word) = word else {
            return Ok(DEFAULT_DOMAIN.to_owned());
        };
        let found = self
            .domains
            .iter()
            .find(|it| it.id == word || it.name == word);
        let found = found.map(|it| it.id.clone());
        found.ok_or_else(|| invalid(format!("domain: there is no domain {word}")))
    }

    /// The id of the project that a word names. One that looks like an id and is nobody's is taken
    /// as it is: images outlive projects.
    pub(super) fn project(&self, word: &str, field: &str) -> Result<String> {
        text::check(field, word)?;
        if self.elsewhere || self.projects.iter().any(|it| it.id == word) {
            return Ok(word.to_owned());
        }
        let called = || self.projects.iter().filter(|it| it.name == word);
        let own = called().find(|it| it.domain_id == DEFAULT_DOMAIN);
        let mut called = called();
        match own.or_else(|| called.next()) {
            Some(found) => Ok(found.id.clone()),
            None if is_id(word) => Ok(word.to_owned()),
            None => Err(invalid(format!(
                "{field}: there is no project {word}; an id that is not to be looked up goes into \
                 {field}_id"
            ))),
        }
    }

    /// The project of whoever made the cloud, if it is there.
    pub(super) fn of_admin(&self) -> Option<String> {
        let mut projects = self.projects.iter();
        let found = projects.find(|it| it.name == ADMIN && it.domain_id == DEFAULT_DOMAIN);
        found.map(|it| it.id.clone())
    }

    fn role(&self, word: &str) -> Result<&str> {
        let found = self
            .roles
            .iter()
            .find(|it| it.name == word || it.id == word);
        let found = found.map(|it| it.id.as_str());
        found.ok_or_else(|| invalid(format!("there is no role {word}")))
    }

    fn user(&self, word: &str, domain: Option<&str>) -> Result<&str> {
        let domain = domain.unwrap_or(DEFAULT_DOMAIN);
        let mut users = self.users.iter();
        let found = users.find(|it| it.id == word || (it.name == word && it.domain_id == domain));
        let found = found.map(|it| it.id.as_str());
        found.ok_or_else(|| invalid(format!("there is no user {word}")))
    }
}

/// Whether this is 32 hex digits, with or without dashes.
fn is_id(word: &str) -> bool {
    let digits = word.bytes().filter(|it| *it != b'-');
    digits.clone().count() == 32 && digits.into_iter().all(|it| it.is_ascii_hexdigit())
}

type Grant<'a> = (&'a str, &'a str, Scope);

/// Who gets which role where.
fn grants<'a>(seed: &Seed, names: &'a Names) -> Result<Vec<Grant<'a>>> {
    let mut grants = Vec::new();
    for entry in &seed.document.users {
        let said = &entry.value;
        let given = of_user(said, names, &mut grants);
        given.map_err(|error| seed.wrong(entry, "users", &said.name, error))?;
    }
    for entry in &seed.document.role_assignments {
        let given = of_assignment(entry, names);
        let label = &entry.value.user;
        let given = given.map_err(|error| seed.wrong(entry, "role_assignments", label, error))?;
        grants.push(given);
    }
    Ok(grants)
}

fn of_user<'a>(said: &SeedUser, names: &'a Names, grants: &mut Vec<Grant<'a>>) -> Result<()> {
    let domain = names.domain(said.domain.as_deref())?;
    let user = names.user(&said.name, Some(&domain))?;
    let mut give = |roles: &[String], at: &Scope| {
        for role in roles {
            grants.push((user, names.role(role)?, at.clone()));
        }
        Ok::<_, Error>(())
    };
    let on = |granted: &Granted| granted.clone().into_iter();
    for (project, roles) in on(&said.roles) {
        give(&roles, &Scope::Project(names.known_project(&project)?))?;
    }
    for (domain, roles) in on(&said.domain_roles) {
        give(&roles, &Scope::Domain(names.domain(Some(&domain))?))?;
    }
    give(&said.system_roles, &Scope::System)
}

fn of_assignment<'a>(entry: &Spanned<SeedAssignment>, names: &'a Names) -> Result<Grant<'a>> {
    let said = &entry.value;
    let at = match (&said.project, &said.domain, said.system) {
        (Some(project), None, false) => Scope::Project(names.known_project(project)?),
        (None, Some(domain), false) => Scope::Domain(names.domain(Some(domain))?),
        (None, None, true) => Scope::System,
        _ => {
            let text = "one of project, domain and system: true is needed";
            return Err(invalid(text.into()));
        }
    };
    Ok((names.user(&said.user, None)?, names.role(&said.role)?, at))
}

impl Names {
    /// A project that is there: a role can be held on no other.
    fn known_project(&self, word: &str) -> Result<String> {
        let id = self.project(word, "project")?;
        let there = self.projects.iter().any(|it| it.id == id);
        let missing = || invalid(format!("there is no project {word}"));
        there.then_some(id).ok_or_else(missing)
    }
}
