kind-ANSWERED_QUESTION = 已答问题
kind-RESEARCH_OUTPUT = 研究成果
kind-RESOURCE = 资源
kind-ORGANIZATION = 机构
kind-STATION = 工作站
kind-REGULATION = 法规

currency-CURRENT = 现行有效
currency-UPCOMING = 即将变化
currency-REVIEW_DUE = 待复核
currency-PARTLY_STALE = 部分失效
currency-STALE = 已失效
currency-BROKEN = 依据已废止
currency-UNVERIFIED = 未核实
currency-as-of = 截至 { $day }

audience-PUBLIC = 公开
audience-PARTNERS = 合作平台
audience-NETWORK = 站网内部
audience-DISTRICT = 本区
audience-STATION = 本站
audience-ORGANIZATION = 本机构

standing-ANONYMOUS = 公众
standing-PORTAL = 合作平台
standing-STAFF = 工作站专员
standing-HEAD = 工作站负责人
standing-DISTRICT_OFFICER = 区级对口部门
standing-MUNICIPAL_OFFICER = 市级对口部门
standing-TECH_TRANSFER = 成果转化办公室
standing-ADMINISTRATOR = 系统管理员

product-kind-DEVICE = 医疗器械
product-kind-DRUG = 药品
product-kind-IVD = 体外诊断试剂
product-kind-COMBINATION = 药械组合产品
product-kind-COSMETIC = 化妆品
product-kind-OTHER = 其他

device-class-I = 第一类
device-class-II = 第二类
device-class-III = 第三类

organization-type-UNIVERSITY = 高校
organization-type-HOSPITAL = 医院
organization-type-RESEARCH_INSTITUTE = 科研院所
organization-type-ENTERPRISE = 企业
organization-type-ASSOCIATION = 协会
organization-type-TEST_LAB = 检验机构
organization-type-CRO = CRO
organization-type-CDMO = CDMO
organization-type-EXCHANGE = 交易机构
organization-type-REGULATOR = 监管机构

output-kind-JOURNAL_ARTICLE = 期刊论文
output-kind-PREPRINT = 预印本
output-kind-THESIS = 学位论文
output-kind-DATASET = 数据集
output-kind-SOFTWARE = 软件
output-kind-PATENT = 专利
output-kind-PROTOTYPE = 样机
output-kind-BIOLOGICAL_MATERIAL = 生物材料
output-kind-CLINICAL_TRIAL = 临床试验
output-kind-PROTOCOL = 方案
output-kind-STANDARD = 标准
output-kind-KNOW_HOW = 技术秘密
output-kind-OTHER = 其他

resource-kind-CLINICAL = 临床
resource-kind-TESTING = 检测
resource-kind-TRAINING = 培训
resource-kind-MANUFACTURING = 生产

answer-state-DRAFT = 草稿
answer-state-IN_REVIEW = 审核中
answer-state-PUBLISHED = 已发布
answer-state-SUPERSEDED = 已被替代
answer-state-ARCHIVED = 已归档
answer-state-WITHDRAWN = 已撤回

basis-CITED = 有依据
basis-EXPERIENCE = 依据经验答复，未引用法规条文。

citation-role-BASIS = 依据
citation-role-REFERENCE = 参考

law-in-force = 现行
law-coming = 尚未施行
law-ended = 已废止

acted-upon-REPLACES = 被替代：
acted-upon-AMENDS = 被修改：
acted-upon-ADJUSTS = 被调整：
acted-upon-SUPPLEMENTS = 补充文件：
acted-upon-IMPLEMENTS = 实施文件：

scope-FULL = 全部
scope-PARTIAL = 部分条款
scope-STAGED = 分步实施

confirmed-on = { $day } 确认
answered-on = { $day } 答复
effective-on = { $day } 起施行
ends-on = { $day } 失效
reused = 被引用 { $count } 次
resource-not-valid = 资质已到期

currency-since = 自 { $day } 起
currency-path = 判断依据
event-CITES = 引用
event-REPLACED_BY = 被替代：
event-AMENDED_BY = 被修改：
event-ADJUSTED_BY = 被调整：
event-ENDED = 已失效：
event-CONFIRMED_AGAINST = 已对照确认：
