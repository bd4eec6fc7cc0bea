-- LeaderWorkerSet: groups of pods that serve together.
for _, condition in ipairs(obj.status ~= nil and obj.status.conditions or {}) do
  if condition.type == "UpdateInProgress" and condition.status == "True" then
    return {status = "Progressing", message = condition.message or "groups are being replaced"}
  end
end
for _, condition in ipairs(obj.status ~= nil and obj.status.conditions or {}) do
  if condition.type == "Available" and condition.status == "True" then
    return {status = "Healthy", message = condition.message or "all groups are ready"}
  end
end
return {status = "Progressing", message = "groups are not ready"}
