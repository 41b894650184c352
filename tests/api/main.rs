//! The API, over HTTP: each test has a server of its own and says one thing about it.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on shall fail"
)]

mod access;
mod actions;
mod cache;
mod callers;
mod connections;
mod control;
mod cors;
mod custom_properties;
mod data;
mod dialects;
mod discovery;
mod errors;
mod events;
mod files;
mod fixtures;
mod glance;
mod identity;
mod images;
mod imports;
mod life;
mod listing;
mod locations;
mod members;
mod metadefs;
mod metrics;
mod model;
mod noise;
mod notifications;
mod patch;
mod policy;
mod protections;
mod races;
mod regions;
mod routes;
#[path = "../s3/mod.rs"]
mod s3;
mod schemas;
mod seeds;
mod signatures;
mod stores;
mod tags;
mod tasks;
mod tls;
mod web;
mod wire;
