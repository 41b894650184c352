//! `PATCH /v2/images/{image}`: what a request may say, in both media types, and what it does.

mod apply;
mod rights;
mod say;
mod v20;
