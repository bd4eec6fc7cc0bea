#pragma once
// Receipts as files: made at the destination, signed, carried back, and believed or not at the source.
#include <string>
#include <vector>

#include "app/workflow/keys.h"
#include "app/workflow/stores.h"
#include "oci/receipt.h"

namespace waybill {

struct ReceiptRequest {
  std::string target;  // a repository, a layout or an archive, without tag
  std::string output;  // a file; needed to sign
  KeyChoice key;       // empty: not signed
  ConnectionOptions connection;
};

struct ReceiptResult {
  std::string bytes;           // the receipt
  std::string signature_file;  // empty: not signed
  std::size_t blobs = 0;
};

// Writes the signature beside `output`, and leaves writing the receipt itself to the caller.
[[nodiscard]] ReceiptResult make_receipt(const ReceiptRequest& request, const Services& services);

// With keys: Untrusted unless one of them signed the file (FILE.sigstore.json).
[[nodiscard]] oci::Receipt read_receipt(const std::string& file, const std::vector<std::string>& keys,
                                        const std::string& password_file, const Services& services);

}  // namespace waybill
