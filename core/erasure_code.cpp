#include "core/erasure_code.h"

#include <fmt/core.h>
#include <isa-l/erasure_code.h>

#include <algorithm>
#include <limits>

#include "core/dynamic_library.h"
#include "core/error.h"

namespace waybill {
namespace {

// isa-l, opened when something is coded first.
struct IsaL {
  DynamicLibrary library{WAYBILL_ISAL_SONAME};
  WAYBILL_LIBRARY_FUNCTION(ec_encode_data);
  WAYBILL_LIBRARY_FUNCTION(ec_init_tables);
  WAYBILL_LIBRARY_FUNCTION(gf_gen_cauchy1_matrix);
  WAYBILL_LIBRARY_FUNCTION(gf_invert_matrix);
};

const IsaL& isal() {
  static const IsaL table;
  return table;
}

// isa-l's parameters are not const, but it only reads its inputs.
unsigned char* writable(const void* bytes) { return static_cast<unsigned char*>(const_cast<void*>(bytes)); }

constexpr std::size_t kTableSize = 32;  // bytes that ec_init_tables makes of a coefficient

}  // namespace

BlockCode::BlockCode(std::size_t inputs, std::span<const std::uint8_t> rows)
    : inputs_(inputs), outputs_(rows.size() / inputs), tables_(rows.size() * kTableSize) {
  isal().ec_init_tables(static_cast<int>(inputs_), static_cast<int>(outputs_), writable(rows.data()), tables_.data());
}

void BlockCode::apply(std::span<const Bytes> inputs, std::span<const std::span<std::byte>> outputs) const {
  if (inputs.size() != inputs_ || outputs.size() != outputs_)
    throw Error(ErrorCode::Internal, "a code is applied to another number of blocks");
  if (outputs.empty()) return;
  const std::size_t size = outputs.front().size();
  std::vector<unsigned char*> from;
  std::vector<unsigned char*> to;
  for (const Bytes& input : inputs) from.push_back(writable(input.data()));
  for (const std::span<std::byte>& output : outputs) to.push_back(writable(output.data()));
  const bool equal = std::ranges::all_of(inputs, [&](const Bytes& input) { return input.size() == size; }) &&
                     std::ranges::all_of(outputs, [&](const auto& output) { return output.size() == size; });
  if (!equal || size > std::numeric_limits<int>::max())
    throw Error(ErrorCode::Internal, "a code is applied to blocks of several sizes");
  isal().ec_encode_data(static_cast<int>(size), static_cast<int>(inputs_), static_cast<int>(outputs_),
                        writable(tables_.data()), from.data(), to.data());
}

ErasureCode::ErasureCode(std::size_t data, std::size_t parity) : data_(data), parity_(parity) {
  if (data == 0 || data > kMost || parity > kMost - data) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("{} data and {} parity blocks cannot be coded: at most {} together", data, parity, kMost));
  }
  matrix_.resize((data + parity) * data);
  isal().gf_gen_cauchy1_matrix(matrix_.data(), static_cast<int>(data + parity), static_cast<int>(data));
}

BlockCode ErasureCode::encoder() const { return {data_, std::span(matrix_).subspan(data_ * data_)}; }

BlockCode ErasureCode::decoder(std::span<const std::size_t> survivors, std::span<const std::size_t> lost) const {
  std::vector<std::uint8_t> square;
  for (const std::size_t survivor : survivors) {
    if (survivor >= data_ + parity_) throw Error(ErrorCode::Internal, "a code has no such block");
    const auto row = matrix_.begin() + static_cast<std::ptrdiff_t>(survivor * data_);
    square.insert(square.end(), row, row + static_cast<std::ptrdiff_t>(data_));
  }
  std::vector<std::uint8_t> inverse(data_ * data_);
  if (survivors.size() != data_ || isal().gf_invert_matrix(square.data(), inverse.data(), static_cast<int>(data_)) != 0)
    throw Error(ErrorCode::Internal, "these blocks do not determine the others");
  std::vector<std::uint8_t> rows;
  for (const std::size_t block : lost) {
    if (block >= data_) throw Error(ErrorCode::Internal, "a code has no such data block");
    const auto row = inverse.begin() + static_cast<std::ptrdiff_t>(block * data_);
    rows.insert(rows.end(), row, row + static_cast<std::ptrdiff_t>(data_));
  }
  return {data_, rows};
}

}  // namespace waybill
