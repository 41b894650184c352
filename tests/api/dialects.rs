//! Other clouds than Glance: what each does differently.

mod choice;
mod made_up;
mod pcd;
mod routes;
