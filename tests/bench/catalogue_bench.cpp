// How the generator grows with its catalogue: loading, resolving one query, ordering.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "generator/catalogue.h"
#include "generator/dependency_graph.h"
#include "generator/embedded.h"
#include "generator/resolve.h"
#include "large_catalogue.h"

namespace waybill {
namespace {

std::shared_ptr<const CatalogueSource> source_of(const benchmark::State& state) {
  return tree_source("bench", bench::large_catalogue(static_cast<std::size_t>(state.range(0)),
                                                     static_cast<std::size_t>(state.range(1))));
}

void load_catalogue(benchmark::State& state) {
  const std::shared_ptr<const CatalogueSource> source = source_of(state);
  while (state.KeepRunning()) benchmark::DoNotOptimize(Catalogue::load({source}));
}
BENCHMARK(load_catalogue)
    ->ArgNames({"overlays", "components"})
    ->ArgsProduct({{10, 100, 1000, 10000}, {20}})
    ->Args({100, 200})
    ->Args({100, 2000})
    ->Unit(benchmark::kMillisecond);

// The same query whatever surrounds it: four overlays match and are applied.
void resolve_query(benchmark::State& state) {
  const Catalogue catalogue = Catalogue::load({source_of(state)});
  const Criteria query = bench::query_of_one_group();
  while (state.KeepRunning()) benchmark::DoNotOptimize(resolve(catalogue, query, "0"));
}
BENCHMARK(resolve_query)
    ->ArgNames({"overlays", "components"})
    ->ArgsProduct({{10, 100, 1000, 10000}, {20}})
    ->Args({100, 200})
    ->Args({100, 2000})
    ->Unit(benchmark::kMicrosecond);

void embedded_query(benchmark::State& state) {
  Criteria query;
  query.set(Dimension::Service, "eks");
  query.set(Dimension::Accelerator, "gb200");
  query.set(Dimension::Intent, "training");
  query.set(Dimension::Os, "ubuntu");
  query.set(Dimension::Platform, "kubeflow");
  while (state.KeepRunning()) {
    const Catalogue catalogue = Catalogue::load({embedded_catalogue()});
    benchmark::DoNotOptimize(resolve(catalogue, query, "0"));
  }
}
BENCHMARK(embedded_query)->Unit(benchmark::kMicrosecond);

// 2,000 components, each of which depends on range(0) of those before it; the first ones on as many as there are.
void order_components(benchmark::State& state) {
  constexpr std::int64_t kComponents = 2000;
  DependencyGraph graph;
  std::int64_t edges = 0;
  for (std::int64_t i = 0; i < kComponents; ++i) {
    std::vector<std::string>& dependencies = graph[fmt::format("component-{:04}", i)];
    const std::int64_t count = std::min(i, state.range(0));
    for (std::int64_t step = 1; step <= count; ++step) dependencies.push_back(fmt::format("component-{:04}", i - step));
    edges += count;
  }
  while (state.KeepRunning()) benchmark::DoNotOptimize(deployment_order(graph));
  state.counters["edges"] = static_cast<double>(edges);
}
BENCHMARK(order_components)->ArgName("dependencies")->Arg(1)->Arg(5)->Arg(50)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace waybill
