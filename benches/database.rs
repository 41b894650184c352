//! Measures what shapes the database layer, each part beside its alternative: images packed into one text and as plain
//! rows, the server's pool of connections and sqlx's, and the copy that a reset in memory makes.

use std::error::Error;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use lookalike::benchmarks::{ImageBenchmark, PoolsOfFile};
use tokio::runtime::Runtime;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new()?;
    let mut criterion = Criterion::default().configure_from_args();
    images(&mut criterion, &runtime)?;
    pools(&mut criterion, &runtime)?;
    criterion.final_summary();
    Ok(())
}

fn images(criterion: &mut Criterion, runtime: &Runtime) -> Result<(), Box<dyn Error>> {
    for count in [1, 25, 1000] {
        let images = runtime.block_on(ImageBenchmark::create(count))?;
        let mut group = criterion.benchmark_group("read images");
        group.bench_function(BenchmarkId::new("packed", count), |bencher| {
            bencher.iter(|| runtime.block_on(images.read_packed()).map(black_box));
        });
        group.bench_function(BenchmarkId::new("rows", count), |bencher| {
            bencher.iter(|| runtime.block_on(images.read_rows()).map(black_box));
        });
        group.finish();
        criterion.bench_function(&format!("copy a database/{count}"), |bencher| {
            bencher.iter(|| runtime.block_on(images.copy()));
        });
    }
    Ok(())
}

fn pools(criterion: &mut Criterion, runtime: &Runtime) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let pools = runtime.block_on(PoolsOfFile::open(&folder.path().join("pools")))?;
    let mut group = criterion.benchmark_group("a statement on a connection of a pool");
    group.bench_function("ours", |bencher| {
        bencher.iter(|| runtime.block_on(pools.select_by_ours()).map(black_box));
    });
    group.bench_function("sqlx", |bencher| {
        bencher.iter(|| runtime.block_on(pools.select_by_sqlx()).map(black_box));
    });
    group.finish();
    Ok(())
}
