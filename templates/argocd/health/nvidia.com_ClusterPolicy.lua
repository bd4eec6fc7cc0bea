-- GPU Operator: ready means that all operands are, on every GPU node.
local status = obj.status or {}
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Error" and condition.status == "True" and condition.reason == "ReconcileFailed" then
    return {status = "Degraded", message = condition.message or "the operator could not apply this policy"}
  end
end
if status.state == "ready" then
  return {status = "Healthy", message = "all operands are ready"}
elseif status.state == "ignored" then
  return {status = "Degraded", message = "ignored: there is another ClusterPolicy"}
elseif status.state == "disabled" then
  return {status = "Suspended", message = "disabled"}
end
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Error" and condition.status == "True" then
    return {status = "Progressing", message = (condition.reason or "Error") .. ": " .. (condition.message or "")}
  end
end
return {status = "Progressing", message = "operands are not ready"}
