"""The words behind every code in a table, Chinese and English: one place, used by Excel, messages, pictures, pages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """One code's words."""

    zh: str
    en: str


AREA_CLASS = {
    "city": Word("市区", "city"),
    "county": Word("县城", "county seat"),
    "town": Word("城镇", "town"),
    "rural": Word("农村", "rural"),
}
CUSTOMER_KIND = {
    "resident": Word("居民", "resident"),
    "small_business": Word(
        "小微企业、个体工商户、农民专业合作社", "small or micro business, sole trader, farmers' co-operative"
    ),
    "other": Word("其他用户", "other customer"),
}
ZERO_INVESTMENT = {
    "yes": Word("零投资", "nothing to pay"),
    "no": Word("不适用零投资", "not covered by zero investment"),
    "ask": Word("请咨询", "please ask"),
}
SUPPLY = {
    "single": Word("单电源", "single supply"),
    "dual": Word("双电源", "dual supply"),
}
OWNERSHIP = {
    "public": Word("公变", "public (company-owned)"),
    "dedicated": Word("专变", "dedicated (customer-owned)"),
}
STATUS = {
    "open": Word("可开放", "open"),
    "pre_control": Word("预管控", "pre-control"),
    "blocked": Word("受限", "blocked"),
    "no_data": Word("数据不足", "no data"),
}
SOURCE = {
    "measured": Word("实测", "measured"),
    "simulated": Word("仿真", "simulated"),
    "projected": Word("实测×增长", "measured × growth (scenario)"),
    "none": Word("无", "none"),
}
ACTION = {
    "may_initiate": Word("可立项", "a project may be initiated"),
    "must_initiate": Word("必须立项和出库", "a project must be initiated and released"),
    "pre_control": Word("启动预管控，提前立项", "pre-control: initiate early"),
    "connection": Word("报装接入，提前立项", "new connection: initiate early"),
}
CRITERION = {
    "transformer_loading": Word("配变负载率上限", "transformer load limit"),
    "line_loading": Word("低压线路载流量", "LV line current rating"),
    "section_loading": Word("10千伏线路载流量", "feeder section current limit"),
    "substation_loading": Word("主变负载率上限", "substation transformer load limit"),
    "voltage_min": Word("电压下限", "lower voltage limit"),
    "voltage_max": Word("电压上限", "upper voltage limit"),
    "existing_violation": Word("已有越限", "a limit is already broken"),
}
REASON = {
    "ok": Word("", ""),
    "insufficient_data": Word("数据不足：有效读数低于 50 %", "insufficient data: too few valid readings"),
    "no_source": Word("既无实测也无负荷曲线", "neither readings nor load profiles"),
    "over_limit": Word("已超过允许负载", "already over its limit"),
    "dedicated": Word("专变，不计入", "dedicated: not counted"),
    "out_of_service": Word("停运，不计入", "out of service: not counted"),
    "unknown_transformers": Word("部分配变数据不足", "some transformers have no data"),
    "grid_limited": Word("受上级电网限制", "limited by the grid above"),
    "transformers_full": Word("配变均已达到允许负载", "every transformer is at its limit"),
    "existing_violation": Word("供电路径或本低压网已有越限", "a limit is already broken on the supply path"),
    "solver_failure": Word("潮流不收敛，无法核定", "the load flow did not converge"),
    "rating_unknown": Word("主变容量未知", "the substation's rating is not known"),
    "not_computed": Word("未计算", "not computed"),
    "search_ceiling": Word("搜索上限内无限制", "no limit up to the search ceiling"),
    "meshed": Word("环网运行，未核定节点容量", "operated as a mesh: node capacity not determined"),
    "no_public_transformer": Word("无公变", "no public transformer"),
}
UNMET = {
    "no_load": Word("所供低压网无可调负荷", "no load below it to scale"),
    "export_without_generation": Word("倒送功率超过所装电源", "more export than its generation can explain"),
    "not_converged": Word("负荷校准未收敛", "the loads could not be brought to the reading"),
}
SEVERITY = {
    "error": Word("错误", "error"),
    "warning": Word("警告", "warning"),
    "info": Word("说明", "note"),
}
ELEMENT_TYPE = {
    "transformer": Word("配变", "distribution transformer"),
    "line": Word("线路", "line"),
    "section": Word("10千伏线路区段", "feeder section"),
    "substation": Word("主变", "substation transformer"),
    "area": Word("低压网格", "LV grid area"),
    "node": Word("节点", "node"),
}
EFFECT = {
    "": Word("", ""),
    "rejected_readings": Word("相应读数不采用", "the readings concerned are not used"),
    "derived": Word("由程序推算", "derived by the program"),
    "assumed": Word("采用假定值", "an assumed value is used"),
    "not_counted": Word("不计入结果", "not counted in the results"),
    "lower_accuracy": Word("结果精度降低", "results are less certain"),
    "stops_run": Word("停止计算", "the run is stopped"),
}
LEVEL = {
    "hv": Word("高压", "HV"),
    "mv": Word("中压", "MV"),
    "lv": Word("低压", "LV"),
}
DIRECTION = {
    "import": Word("受入", "import"),
    "export": Word("送出", "export"),
}
PHASE = {
    "a": Word("A相", "phase a"),
    "b": Word("B相", "phase b"),
    "c": Word("C相", "phase c"),
}
PHASES = {
    "1": Word("单相", "single-phase"),
    "3": Word("三相", "three-phase"),
    "unknown": Word("未知", "unknown"),
}
CATEGORY = {
    "residential": Word("居民", "residential"),
    "commercial": Word("商业", "commercial"),
    "industrial": Word("工业", "industrial"),
    "agricultural": Word("农业", "agricultural"),
    "public_service": Word("公共服务", "public service"),
    "ev_charging": Word("充电设施", "EV charging"),
}
SHAPE = {
    "flat": Word("恒定", "flat"),
    "residential": Word("居民典型日", "residential day"),
    "commercial": Word("商业典型日", "commercial day"),
    "industrial": Word("工业典型日", "industrial day"),
    "rooftop_pv": Word("屋顶光伏（晴天）", "rooftop PV (clear sky)"),
}
APPLICATION_STATUS = {
    "received": Word("已受理", "received"),
    "offered": Word("已答复", "offered"),
    "accepted": Word("已批未投", "accepted, not energised"),
    "energised": Word("已送电", "energised"),
    "withdrawn": Word("已撤回", "withdrawn"),
    "expired": Word("已失效", "expired"),
}
REGISTER_EVENT = {
    "received": Word("受理", "received"),
    "imported": Word("导入", "imported"),
    "amended": Word("更正", "amended"),
    "offered": Word("答复供电方案", "offered"),
    "accepted": Word("确认并占用容量", "accepted, capacity reserved"),
    "refused": Word("容量不足，未能确认", "not accepted"),
    "works_started": Word("外部或客户工程开工，时限暂停", "works outside or of the customer began: the clock stands"),
    "works_ready": Word("工程完工报验，时限起算", "works finished, inspection asked for: the clock runs"),
    "energised": Word("装表接电", "energised"),
    "taken_up": Word("负荷已计入算例，停止占用", "its load is in the case: no longer reserved"),
    "withdrawn": Word("撤回", "withdrawn"),
    "expired": Word("失效", "expired"),
}
DUE_STATE = {
    "overdue": Word("超期", "overdue"),
    "due": Word("今日到期", "due today"),
    "running": Word("进行中", "running"),
    "waiting": Word("等待客户或工程", "waiting for the customer or for works"),
    "done": Word("已完成", "done"),
    "done_late": Word("超期完成", "done late"),
    "unknown": Word("无法推算", "not known"),
}
PROJECT_STAGE = {
    "initiated": Word("立项", "initiated"),
    "feasibility": Word("可研", "feasibility"),
    "released": Word("出库", "released"),
    "design": Word("设计", "design"),
    "procurement": Word("采购", "procurement"),
    "construction": Word("施工", "construction"),
    "accepted": Word("验收", "accepted"),
}
PROJECT_STATUS = {
    "planned": Word("计划", "planned"),
    "running": Word("在建", "running"),
    "done": Word("已投产", "done"),
    "cancelled": Word("已取消", "cancelled"),
}
WORK_KIND = {
    "lv_service_drop": Word("接户线", "LV service drop"),
    "lv_line": Word("低压架空线路", "LV overhead line"),
    "lv_cable": Word("低压电缆", "LV cable"),
    "lv_dedicated_circuit": Word(
        "配变低压专用出线（开关与出口）", "outlet for a dedicated LV circuit at the transformer"
    ),
    "lv_pole": Word("低压电杆", "LV pole"),
    "lv_box": Word("低压分支箱（表箱）", "LV distribution or meter box"),
    "transformer_replacement": Word("更换配变", "transformer replacement"),
    "transformer_station": Word("新增公用配变台区", "additional transformer station"),
    "mv_line": Word("10千伏架空线路", "10 kV overhead line"),
    "mv_cable": Word("10千伏电缆", "10 kV cable"),
    "mv_tee_switch": Word("10千伏T接点及分界开关", "10 kV tee with switch"),
    "ring_main_unit": Word("环网柜", "ring main unit"),
    "customer_transformer": Word("用户配变（专变）", "customer's transformer"),
    "metering_lv": Word("低压计量装置", "LV metering"),
    "metering_hv": Word("高压计量装置", "HV metering"),
    "second_supply": Word("第二电源进线及闭锁", "second supply: incoming bay and interlock"),
    "trench": Word("直埋电缆沟", "cable trench"),
    "ducts": Word("电缆排管", "cable ducts"),
    "road_crossing": Word("过路拉管（顶管）", "road crossing"),
    "tap_change": Word("调整配变分接头", "tap change"),
    "load_rebalancing": Word("负荷调整（割接、三相平衡）", "moving loads between transformers or phases"),
    "open_point_move": Word("调整开环点", "moving the open point"),
    "storage": Word("储能", "storage"),
    "managed_charging": Word("有序充电", "managed charging"),
}
WORK_VARIANT = {
    "": Word("", ""),
    "overhead": Word("架空", "overhead"),
    "cable": Word("电缆", "cable"),
    "three_phase": Word("三相", "three-phase"),
    "single_phase": Word("单相", "single-phase"),
    "aluminium": Word("铝芯", "aluminium"),
    "copper": Word("铜芯", "copper"),
    "oil": Word("油浸", "oil-immersed"),
    "dry": Word("干式", "dry-type"),
    "pole": Word("柱上台架", "on poles"),
    "box": Word("箱式", "compact station"),
    "room": Word("配电室", "in a building"),
}
WORK_PART = {
    "complete": Word("综合单价", "complete, fees included"),
    "equipment": Word("设备材料", "equipment and material"),
    "installation": Word("安装", "installation"),
    "civil": Word("土建", "civil works"),
    "fees": Word("其他费用（设计、监理、管理、预备）", "fees: design, supervision, management, reserve"),
}
WORK_UNIT = {
    "m": Word("米", "m"),
    "piece": Word("个（台、套）", "piece"),
    "kwh": Word("千瓦时", "kWh"),
}
PROPERTY_SIDE = {
    "network": Word("红线外", "on the network's side of the property line"),
    "premises": Word("红线内", "behind the property line"),
}
PAYER = {
    "company": Word("供电企业", "the company"),
    "customer": Word("用户", "the customer"),
    "open": Word("以供电方案答复为准", "stated in the supply offer"),
}
PRICE_MARK = {
    "verified": Word("已核对公开来源", "verified: as a public source states it"),
    "typical": Word("由公开来源推得", "typical: derived from a public source"),
    "assumed": Word("假定", "assumed: no public source found"),
}
PACE = {
    "short": Word("最快", "shortest"),
    "usual": Word("通常", "usual"),
    "long": Word("最慢", "longest"),
}
VARIANT = {
    "": Word("", ""),
    "sum": Word("合计口径", "plain sum"),
    "grid_limited": Word("受上级电网限制口径", "limited by the grid above"),
}
METER_SIDE = {
    "hv": Word("高压侧", "HV side"),
    "lv": Word("低压侧", "LV side"),
}
OUTAGE_KIND = {
    "planned": Word("计划", "planned"),
    "fault": Word("故障", "fault"),
}
CHANGE = {
    "new": Word("新增", "new"),
    "continuing": Word("延续", "continuing"),
    "cleared": Word("消除", "cleared"),
}
PLACE_KIND = {
    "lv_node": Word("接入现有低压节点", "existing LV node"),
    "dedicated_circuit": Word("配变低压专用出线", "dedicated LV circuit from the transformer"),
    "larger_transformer": Word("更换为更大配变", "larger transformer in the same place"),
    "neighbour_transformer": Word("邻近配变（其他网格或线路）", "neighbouring transformer of another area or feeder"),
    "additional_transformer": Word("就近新增公用配变", "additional public transformer by the customer"),
    "mv_tee": Word("10千伏线路T接", "10 kV tee with a transformer of the customer's"),
    "second_feeder": Word("双电源第二路线路", "second feeder of a dual supply"),
}
PLACE_CERTAINTY = {
    "line_geometry": Word("按线路实际走向", "lines as they run"),
    "straight_assumed": Word("线路按两端直线假定", "lines assumed straight between their ends"),
    "no_coordinates": Word("缺坐标，按台账长度", "no coordinates: stated lengths alone"),
}
PLACE_REASON = {
    "out_of_radius": Word("超出搜索半径", "beyond the search radius"),
    "route_too_long": Word("路径过长", "route too long"),
    "in_no_go": Word("位于禁区内", "inside a no-go area"),
    "no_way_round": Word("绕不过禁区", "no way round the no-go areas"),
    "no_coordinates": Word("无坐标", "no coordinates"),
    "de_energised": Word("未带电或已停运", "not energised or out of service"),
    "dedicated": Word("专变（用户资产）", "dedicated: owned by a customer"),
    "meshed": Word("环网运行，供电归属不唯一", "meshed: fed from more than one side"),
    "not_listed": Word("不在配变台账中", "not in the list of transformers"),
    "not_disjoint": Word("与第一路共用路径", "shares its route with the first supply"),
}
VERDICT = {
    "yes": Word("可以接入", "yes, it can be connected"),
    "yes_with_project": Word("可以接入，同时提前立项（P6）", "yes, and a project is to be initiated early (P6)"),
    "staged": Word("分期供电（P16）", "in stages (P16)"),
    "not_before_project": Word("项目投产前不能接入", "not before a project"),
    "unknown": Word("资料不足，无法判定", "not known: too little data"),
}
NOT_ANSWERED = "not_answered"
ANSWER = {**VERDICT, NOT_ANSWERED: Word("未能答复", "not answered")}
ORDER_OUTCOME = {
    "gains": Word("得益", "gains"),
    "loses": Word("受损", "loses"),
    "changed": Word("同样有利，答复有变", "no better and no worse, another answer"),
    "same": Word("不变", "the same"),
    NOT_ANSWERED: ANSWER[NOT_ANSWERED],
}
FORECAST_REASON = {
    "": Word("", ""),
    "no_readings": Word("无可用读数", "no readings that count"),
    "out_of_service": Word("已停用", "out of service"),
    "rating_changed": Word("更换额定容量不足一年", "less than a year of readings since its rating changed"),
    "short_history": Word("读数不足一年", "less than a year of readings"),
    "low_coverage": Word("最近一年有效读数不足", "too few days with a reading in the last year"),
    "growth_unknown": Word("无可比的两个年度，增长率无从得知", "no two years to compare: growth is not known"),
    "no_transformer": Word("无可预测的公变", "no public transformer that can be forecast"),
}
FORECAST_MODEL = {
    "regression": Word("日历回归", "calendar regression"),
    "last_year": Word("上年同期曲线", "last year's days"),
    "seasonal_naive": Word("季节朴素法（基准）", "seasonal naive (baseline)"),
}
FORECAST_BOUND = {
    "": Word("", ""),
    "at_least": Word("至少（部分配变未知）", "at least: some transformers are unknown"),
    "at_most": Word("至多（部分配变未知）", "at most: some transformers are unknown"),
}
STEPS_SOLVED = {
    "critical_steps": Word("关键时刻", "critical steps"),
    "full_year": Word("全年逐时刻", "every step"),
}
MEASURE_KIND = {
    "rebalance_loads": Word("配变间负荷调整", "moving loads between transformers"),
    "move_open_point": Word("调整开环点", "moving the open point"),
    "tap_change": Word("调整配变分接头", "tap change"),
    "larger_transformer": Word("配变增容", "larger transformer"),
    "additional_transformer": Word("新增布点", "additional transformer"),
    "stronger_lv_conductor": Word("低压线路增大线径", "stronger LV conductor"),
    "stronger_mv_conductor": Word("10千伏线路增大线径", "stronger 10 kV conductor"),
    "feeder_tie": Word("新建线路联络", "new feeder tie"),
    "lv_split": Word("低压网分区割接", "LV network split"),
    "managed_charging": Word("有序充电", "managed charging"),
    "storage": Word("储能", "storage"),
}
NEED_ORIGIN = {
    "existing": Word("存量问题", "existing deficit"),
    "growth": Word("负荷增长", "growth of load"),
    "connection": Word("新报装", "new connection"),
}
NEED_DUTY = {
    "must": Word("必须消除", "to be cleared"),
    "where_possible": Word("能消除则消除", "to be cleared where it can be"),
    "listed": Word("仅列示", "listed only"),
}
NEED_OUTCOME = {
    "cleared": Word("已消除", "cleared"),
    "partly": Word("部分年份消除", "cleared in some years"),
    "open": Word("未消除", "left open"),
}
MEASURE_CHOICE = {
    "needed": Word("不可缺少", "needed: nothing else clears the same"),
    "cheapest": Word("最省", "cheapest"),
    "tie": Word("费用相同，按次序选取", "equal in cost, chosen by order"),
    "dearer": Word("费用较高", "dearer"),
    "equal": Word("费用相同，按次序未选", "equal in cost, not chosen by order"),
    "leaves_open": Word("采用后有需求无法消除", "with it a need stays open"),
    "clears_nothing": Word("不能消除任何需求", "clears none of the needs"),
    "creates": Word("产生新的越限", "creates a new violation"),
    "cost_unknown": Word("费用未知", "cost not known"),
    "not_solved": Word("潮流不收敛，效果未知", "the load flow gave no answer"),
    "not_verified": Word("未经校核", "not verified"),
    "not_possible": Word("与必要条件冲突，无法采用", "cannot be had with what it requires"),
}
URGENCY = {
    "must": Word("必须立项和出库", "must"),
    "connection": Word("报装接入", "connection"),
    "pre_control": Word("预管控", "pre-control"),
    "may": Word("可立项", "may"),
}
BUDGET_STATE = {
    "": Word("未设预算", "no budget stated"),
    "funded": Word("已安排", "funded"),
    "postponed": Word("推迟", "postponed"),
    "falls_out": Word("未安排", "falls out"),
    "cost_unknown": Word("费用未知，无法安排", "cost not known: not placed"),
}
P19_CAUSE = {
    "low_voltage": Word("低电压", "low voltage"),
    "fault_outages": Word("半年内故障停电频繁", "frequent fault outages within six months"),
    "outages": Word("一年内停电频繁", "frequent outages within a year"),
    "outage_hours": Word("户均停电时间超目标", "average outage hours above the target"),
}
PLAN_STATE = {
    "on_time": Word("按期", "on time"),
    "late": Word("延期", "late"),
    "not_placed": Word("期内无法安排", "cannot be placed"),
}
