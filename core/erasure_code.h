#pragma once
// Reed-Solomon codes over GF(2^8) with a Cauchy matrix: from `data` blocks of one size come `parity` more, and any
// `data` of them all give the lost ones back. isa-l computes; it is opened on first use (docs/decisions/0010).
//
//   const ErasureCode code(10, 2);
//   code.encoder().apply(data, parity);
//   code.decoder(survivors, lost).apply(the survivors' blocks, the lost ones' room);
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/bytes.h"

namespace waybill {

// Several linear combinations of the same blocks. Immutable; may be used by several threads at once.
class BlockCode {
 public:
  // As many inputs and outputs as the code was made for, all of one size; the outputs are overwritten. Internal
  // otherwise.
  void apply(std::span<const Bytes> inputs, std::span<const std::span<std::byte>> outputs) const;

 private:
  friend class ErasureCode;
  BlockCode(std::size_t inputs, std::span<const std::uint8_t> rows);
  std::size_t inputs_;
  std::size_t outputs_;
  std::vector<std::uint8_t> tables_;
};

class ErasureCode {
 public:
  static constexpr std::size_t kMost = 255;  // blocks, data and parity together

  // InvalidInput for no data, and for more than kMost blocks.
  ErasureCode(std::size_t data, std::size_t parity);

  [[nodiscard]] std::size_t data() const noexcept { return data_; }
  [[nodiscard]] std::size_t parity() const noexcept { return parity_; }

  // From all data blocks, in their order, to all parity blocks.
  [[nodiscard]] BlockCode encoder() const;
  // From the blocks `survivors` to the data blocks `lost`, both in the order given. Blocks are numbered: data from 0,
  // then parity. Internal unless the survivors are `data` different ones.
  [[nodiscard]] BlockCode decoder(std::span<const std::size_t> survivors, std::span<const std::size_t> lost) const;

 private:
  std::size_t data_;
  std::size_t parity_;
  std::vector<std::uint8_t> matrix_;  // (data + parity) rows of `data` coefficients; the first are the identity
};

}  // namespace waybill
