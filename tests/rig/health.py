def check(cluster, waybill):
    return 0
