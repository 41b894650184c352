//! Measures the hashes of an upload in the libraries that have them: what Glance keeps are MD5 and SHA-512.
//!
//! OpenSSL's are measured by `openssl speed -evp sha512 -bytes 1048576`, and likewise `md5`.

use std::hint::black_box;

use aws_lc_rs::digest;
use criterion::{Criterion, Throughput};
use sha2::Digest;

/// The number of bytes that are hashed at a time.
const PIECE: usize = 1 << 20;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let piece = vec![7; PIECE];
    let mut group = criterion.benchmark_group("hash");
    group.throughput(Throughput::Bytes(PIECE as u64));
    group.bench_function("md-5", |bencher| {
        bencher.iter(|| black_box(md5::Md5::digest(&piece)));
    });
    group.bench_function("SHA-512 of sha2", |bencher| {
        bencher.iter(|| black_box(sha2::Sha512::digest(&piece)));
    });
    group.bench_function("SHA-512 of aws-lc", |bencher| {
        bencher.iter(|| black_box(digest::digest(&digest::SHA512, &piece)));
    });
    group.finish();
    criterion.final_summary();
}
