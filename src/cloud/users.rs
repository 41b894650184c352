//! The users of a cloud, for whoever controls it: with their roles, and with their passwords where these are
//! known here.

use std::collections::{BTreeMap, HashMap};

use parking_lot::Mutex;
use serde::Serialize;

use super::Cloud;
use crate::Result;
use crate::db::identity::{Assignment, AssignmentFilter, Domain, User};
use crate::domain::seed::Seed;
use crate::identity::secrets;

/// The greatest number of users that are told of.
const MOST_USERS: usize = 1000;

/// The greatest number of hashes that the first password is tried on at a time: each takes milliseconds.
const MOST_TRIES: usize = 8;

/// The greatest number of hashes that are remembered.
const MOST_HASHES: usize = 4096;

/// A user of a cloud, with the roles on one project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CloudUser {
    /// The name.
    pub name: String,
    /// The password, if it is one that the server was told: that of the initial users, or of a seed.
    pub password: Option<String>,
    /// The name of the domain.
    pub domain: String,
    /// The name of the project; none if the user has no role on any.
    pub project: Option<String>,
    /// The name of the project's domain.
    pub project_domain: Option<String>,
    /// The names of the roles on the project, without those that they imply.
    pub roles: Vec<String>,
    /// The names of the roles on the system.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub system_roles: Vec<String>,
}

/// The origin of a password's hash.
#[derive(Clone, Debug)]
enum HashOrigin {
    /// It is of this password.
    Password(String),
    /// It is of none that was tried.
    Unknown,
}

/// The origins of hashes.
#[derive(Debug, Default)]
pub(super) struct KnownPasswords(Mutex<HashMap<String, HashOrigin>>);

impl KnownPasswords {
    /// Takes over the passwords of a seed that was applied.
    pub(super) fn learn(&self, seed: &Seed) {
        let words = seed.hashes().clone();
        for (word, hash) in words {
            self.add(hash, HashOrigin::Password(word));
        }
    }

    fn add(&self, hash: String, origin: HashOrigin) {
        let mut known = self.0.lock();
        if known.len() >= MOST_HASHES {
            known.clear();
        }
        known.insert(hash, origin);
    }

    /// Returns the origin of a hash, if the hash is not new.
    fn find(&self, hash: &str) -> Option<HashOrigin> {
        self.0.lock().get(hash).cloned()
    }
}

/// The name of a project and of its domain.
type ProjectNames = (Option<String>, Option<String>);

/// The roles of one user.
#[derive(Debug, Default)]
struct UserRoles {
    projects: BTreeMap<ProjectNames, Vec<String>>,
    system: Vec<String>,
}

impl UserRoles {
    fn add(&mut self, row: &Assignment) {
        let roles = if row.project_id.is_some() {
            let names = (row.project_name.clone(), row.project_domain_name.clone());
            self.projects.entry(names).or_default()
        } else if row.domain_id.is_none() {
            &mut self.system
        } else {
            return;
        };
        if !roles.contains(&row.role_name) {
            roles.push(row.role_name.clone());
        }
    }
}

impl Cloud {
    /// Returns the users that can log in, by name: one entry for each project that a user has roles on, himself or
    /// by a group. There are none where a Keystone elsewhere has them.
    ///
    /// # Errors
    ///
    /// Fails if the database does.
    pub async fn users(&self) -> Result<Vec<CloudUser>> {
        let app = self.app().await;
        if app.keystone.is_some() {
            return Ok(Vec::new());
        }
        let mut db = app.db.read().await?;
        let mut users: Vec<User> = db.entities(&[]).await?;
        let domains: Vec<Domain> = db.entities(&[]).await?;
        let rows = db.assignments(&AssignmentFilter::default()).await?;
        let members = db.memberships().await?;
        drop(db);
        users.retain(|user| user.enabled);
        users.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        let mut roles = roles_by_user(&rows, &members);
        let mut told = Vec::new();
        let passwords = self.passwords(&users).await?;
        for (user, password) in users.into_iter().zip(passwords) {
            let domain = domains.iter().find(|domain| domain.id == user.domain_id);
            let mut roles = roles.remove(&user.id).unwrap_or_default();
            if roles.projects.is_empty() {
                roles.projects.insert(ProjectNames::default(), Vec::new());
            }
            for ((project, project_domain), given) in roles.projects {
                told.push(CloudUser {
                    name: user.name.clone(),
                    password: password.clone(),
                    domain: domain.map_or_else(String::new, |domain| domain.name.clone()),
                    project,
                    project_domain,
                    roles: given,
                    system_roles: roles.system.clone(),
                });
            }
        }
        told.truncate(MOST_USERS);
        Ok(told)
    }

    /// Returns the password of each user, as far as it is known.
    async fn passwords(&self, users: &[User]) -> Result<Vec<Option<String>>> {
        let known = &self.inner.passwords;
        let first = &self.start().bootstrap_password;
        let hold = self.inner.hold.lock().await;
        if let Some(hash) = &hold.known.password {
            known.add(hash.clone(), HashOrigin::Password(first.clone()));
        }
        hold.seeds.iter().for_each(|seed| known.learn(seed));
        drop(hold);
        let mut tries = MOST_TRIES;
        let mut passwords = Vec::with_capacity(users.len());
        for user in users {
            let Some(hash) = &user.password else {
                passwords.push(None);
                continue;
            };
            let mut origin = known.find(hash);
            if origin.is_none() && tries > 0 {
                tries -= 1;
                let outcome = if secrets::fits(first, Some(hash)).await? {
                    HashOrigin::Password(first.clone())
                } else {
                    HashOrigin::Unknown
                };
                known.add(hash.clone(), outcome.clone());
                origin = Some(outcome);
            }
            passwords.push(match origin {
                Some(HashOrigin::Password(word)) => Some(word),
                Some(HashOrigin::Unknown) | None => None,
            });
        }
        Ok(passwords)
    }
}

/// Returns the roles by the ids of the users who have them, themselves or by a group.
fn roles_by_user(rows: &[Assignment], members: &[(String, String)]) -> HashMap<String, UserRoles> {
    let mut roles = HashMap::<String, UserRoles>::new();
    let mut users_in = HashMap::<&str, Vec<&str>>::new();
    for (group, user) in members {
        users_in.entry(group).or_default().push(user);
    }
    // An inherited role is not on the project itself.
    for row in rows.iter().filter(|row| !row.inherited) {
        let in_group = row
            .group_id
            .as_deref()
            .and_then(|group| users_in.get(group));
        let users = in_group.into_iter().flatten().copied();
        for user in users.chain(row.user_id.as_deref()) {
            roles.entry(user.to_owned()).or_default().add(row);
        }
    }
    roles
}
