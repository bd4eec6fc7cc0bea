-- An Application counts as healthy only when that verdict is about its newest spec, the cluster holds what the spec asks for, and
-- no sync is under way. Argo CD has no check of its own for Applications, and without one a wave does not wait.
local function verdict(status, message)
  return {status = status, message = message}
end

local function equal(left, right)
  if type(left) ~= "table" or type(right) ~= "table" then
    return left == right
  end
  for key, value in pairs(left) do
    if not equal(value, right[key]) then return false end
  end
  for key in pairs(right) do
    if left[key] == nil then return false end
  end
  return true
end

local status = obj.status or {}
local health = status.health or {}
local sync = status.sync or {}
local spec = obj.spec or {}

if obj.metadata ~= nil and obj.metadata.deletionTimestamp ~= nil then
  return verdict("Progressing", "being deleted")
end
if health.status == nil then
  return verdict("Progressing", "no verdict yet")
end

-- Only what both sides name: Argo CD may know the server of a cluster that the spec calls by its name.
local function differs(left, right)
  return left ~= nil and right ~= nil and left ~= right
end

local compared = sync.comparedTo
if compared ~= nil then
  local from, to = compared.destination or {}, spec.destination or {}
  local moved = differs(from.namespace, to.namespace) or differs(from.server, to.server) or differs(from.name, to.name)
  if moved or not equal(compared.source, spec.source) or not equal(compared.sources, spec.sources) then
    return verdict("Progressing", "the newest spec was not compared yet")
  end
end

local phase = status.operationState ~= nil and status.operationState.phase or nil
local busy = obj.operation ~= nil or phase == "Running" or phase == "Terminating"
if busy and (health.status == "Healthy" or health.status == "Degraded") then
  -- Degraded would fail the sync of the root although the sync that mends it is still running.
  return verdict("Progressing", "a sync is running")
end
if health.status == "Healthy" and sync.status ~= "Synced" then
  return verdict("Progressing", "healthy but not synced: " .. (sync.status or "Unknown"))
end
if health.status == "Missing" then
  -- Argo CD leaves Missing out when it sums up: the root would be Healthy before its last component exists.
  return verdict("Progressing", "its objects are not there yet")
end
return verdict(health.status, health.message or "")
