//! `GET /v2/images`

mod filters;
mod model;
mod pages;
mod sets;
mod sorting;
