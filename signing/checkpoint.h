#pragma once
// Checkpoints: a log's signed statement of how large it is and what its root hash is (C2SP tlog-checkpoint, in the form
// of a signed note).
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "signing/trusted_root.h"

namespace waybill::signing {

struct CheckpointSignature {
  std::string name;
  std::string key_hint;  // four bytes
  std::string signature;
};

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root;
  std::string text;  // what is signed
  std::vector<CheckpointSignature> signatures;
};

// At most 64 KiB and 32 signatures. Throws InvalidInput.
[[nodiscard]] Checkpoint parse_checkpoint(std::string_view note);

// Whether one of the signatures is the log's: witnesses may have signed, too.
[[nodiscard]] bool is_signed_by(const Checkpoint& checkpoint, const Log& log);

}  // namespace waybill::signing
