-- Network Operator: ready means that every state in appliedStates is ready or ignored.
local status = obj.status or {}
if status.state == "ready" then
  return {status = "Healthy", message = "all states are ready"}
elseif status.state == "error" then
  return {status = "Degraded", message = status.reason or "the operator reports an error"}
elseif status.state == "ignore" then
  return {status = "Degraded", message = "ignored: the policy has another name than the operator expects"}
end
for _, applied in ipairs(status.appliedStates or {}) do
  if applied.state == "notReady" or applied.state == "error" then
    return {status = "Progressing", message = (applied.name or "a state") .. " is not ready"}
  end
end
return {status = "Progressing", message = "the policy is not ready"}
