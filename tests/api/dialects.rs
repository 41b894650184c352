//! Other clouds than Glance: what each does differently.

mod checklist;
mod choice;
mod identity_v2;
mod made_up;
mod objects;
mod pcd;
mod rackspace;
mod releases;
mod routes;
mod tasks;
