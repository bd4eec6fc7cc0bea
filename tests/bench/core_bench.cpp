// What everything else is made of: hashing, reading and writing documents, packing trees.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>

#include "core/archive.h"
#include "core/digest.h"
#include "core/file_tree.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "core/stream.h"
#include "core/value.h"
#include "core/yaml/reader.h"
#include "core/yaml/writer.h"

namespace waybill {
namespace {

// About 300 bytes of YAML an item, shaped like the values of a chart.
Value document(std::int64_t items) {
  Value result = Value::map();
  for (std::int64_t i = 0; i < items; ++i) {
    result.set(
        fmt::format("component-{}", i),
        Value::map({{"enabled", true},
                    {"replicas", i},
                    {"version", "1.10"},
                    {"image", Value::map({{"repository", "registry.example.com/gpu/operator"}, {"tag", "v25.3.0"}})},
                    {"tolerations", Value::list({Value::map({{"key", "nvidia.com/gpu"}, {"operator", "Exists"}})})}}));
  }
  return result;
}

void count_bytes(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void sha256_of_a_mebibyte(benchmark::State& state) {
  const std::string bytes(1U << 20, 'x');
  while (state.KeepRunning()) benchmark::DoNotOptimize(sha256(bytes));
  count_bytes(state, bytes.size());
}
BENCHMARK(sha256_of_a_mebibyte);

void yaml_read(benchmark::State& state) {
  const std::string text = yaml::write(document(state.range(0)));
  while (state.KeepRunning()) benchmark::DoNotOptimize(yaml::parse(text, "bench.yaml").to_value());
  count_bytes(state, text.size());
}
BENCHMARK(yaml_read)->Arg(10)->Arg(1000);

void yaml_write(benchmark::State& state) {
  const Value value = document(state.range(0));
  std::size_t bytes = 0;
  while (state.KeepRunning()) bytes = yaml::write(value).size();
  count_bytes(state, bytes);
}
BENCHMARK(yaml_write)->Arg(10)->Arg(1000);

void json_read(benchmark::State& state) {
  const std::string text = json::write(document(state.range(0)));
  while (state.KeepRunning()) benchmark::DoNotOptimize(json::parse(text, "bench.json"));
  count_bytes(state, text.size());
}
BENCHMARK(json_read)->Arg(10)->Arg(1000);

void json_canonical(benchmark::State& state) {
  const Value value = document(state.range(0));
  std::size_t bytes = 0;
  while (state.KeepRunning()) bytes = json::canonical(value).size();
  count_bytes(state, bytes);
}
BENCHMARK(json_canonical)->Arg(10)->Arg(1000);

void merge_values(benchmark::State& state) {
  const Value base = document(state.range(0));
  const Value over = Value::map({{"component-3", Value::map({{"image", Value::map({{"tag", "v26.1.0"}})}})}});
  while (state.KeepRunning()) benchmark::DoNotOptimize(merged(base, over));
}
BENCHMARK(merge_values)->Arg(10)->Arg(1000);

void tar_of_small_files(benchmark::State& state) {
  FileTree tree;
  std::size_t bytes = 0;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    tree.add(RelPath::parse(fmt::format("apps/files/component-{:04}.yaml", i)), std::string(4096, 'y'));
    bytes += 4096;
  }
  while (state.KeepRunning()) {
    StringSink sink;
    write_tar(tree, sink);
    benchmark::DoNotOptimize(sink);
  }
  count_bytes(state, bytes);
}
BENCHMARK(tar_of_small_files)->Arg(100);

}  // namespace
}  // namespace waybill
