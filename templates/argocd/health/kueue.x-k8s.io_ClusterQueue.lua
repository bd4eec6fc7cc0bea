-- Kueue: a pool of quotas, a team's way into one, or a check before a workload is admitted.
for _, condition in ipairs(obj.status ~= nil and obj.status.conditions or {}) do
  if condition.type == "Active" then
    if condition.status == "True" then
      return {status = "Healthy", message = condition.message or "active"}
    end
    return {status = "Progressing", message = condition.message or "not active"}
  end
end
return {status = "Progressing", message = "not active yet"}
