//! The words that company names are made of beside what is their own. All in folded form.

use std::sync::LazyLock;

/// Words to be looked for.
pub(super) type Words = LazyLock<Vec<&'static str>>;

fn words(text: &'static str) -> Vec<&'static str> {
    text.split_whitespace().collect()
}

/// Where a company is: provinces, cities and parks with many makers of drugs and devices.
pub(super) static REGIONS: Words = Words::new(|| {
    words(
        "苏州工业园区 新疆维吾尔 内蒙古 黑龙江 张家港 连云港 石家庄 马鞍山 秦皇岛 葫芦岛 景德镇 浦东新区 大中华 \
         亚太区 粤港澳 长三角 北京 天津 上海 重庆 河北 山西 辽宁 吉林 江苏 浙江 安徽 福建 江西 山东 河南 湖北 \
         湖南 广东 广西 海南 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 香港 澳门 台湾 中国 亚洲 亚太 华东 \
         华南 华北 华中 苏州 南京 无锡 常州 南通 泰州 扬州 镇江 徐州 盐城 淮安 宿迁 昆山 太仓 常熟 江阴 杭州 \
         宁波 温州 嘉兴 湖州 绍兴 金华 台州 衢州 舟山 丽水 义乌 合肥 芜湖 蚌埠 滁州 福州 厦门 泉州 漳州 南昌 \
         济南 青岛 烟台 威海 潍坊 淄博 临沂 济宁 郑州 洛阳 武汉 宜昌 长沙 株洲 湘潭 广州 深圳 珠海 佛山 东莞 \
         中山 惠州 汕头 江门 南宁 桂林 海口 成都 绵阳 贵阳 昆明 西安 咸阳 兰州 西宁 银川 乌鲁木齐 沈阳 大连 \
         长春 哈尔滨 太原 唐山 保定 浦东 张江 闵行 松江 嘉定 奉贤 青浦 金山 宝山 徐汇 长宁 普陀 静安 黄浦 虹口 \
         杨浦 崇明 临港",
    )
});

/// What a company trades in.
pub(super) static TRADES: Words = Words::new(|| {
    words(
        "供应链 新材料 机器人 中医药 化妆品 高新技术 生物 医药 医疗 科技 器械 技术 制药 药业 药物 健康 诊断 试剂 \
         材料 电子 智能 信息 设备 仪器 精密 工程 工业 实业 贸易 商贸 国际 发展 投资 管理 咨询 服务 检测 检验 \
         检疫 基因 细胞 免疫 疫苗 生命 科学 医学 影像 康复 口腔 眼科 骨科 机械 数据 软件 网络 系统 自动化 光电 \
         光学 化工 化学 日化 保健 食品 生化 分子 产业 控股 企业 研究 研发 临床 电器 电气 中药 医用 卫生 用品 \
         制品 高科 生技 生科 制造 集团 进出口 营销 销售 包装 流通 连锁 大药房 股份",
    )
});

/// Ordinary words that are names of companies too: alone they tell of nobody.
pub(super) static COMMON: Words = Words::new(|| {
    words(
        "国药 国家 中心 公司 产品 创新 微创 安全 质量 标准 样本 样品 模型 示范 先进 现代 未来 世界 全球 东方 \
         南方 北方 西部 东部 华夏 环球 第一 第二 第三 一般 特殊 普通 综合 专业 精准 精确 智慧 数字 绿色 阳光 \
         和平 友谊 希望 光明 平安 安康 健民 人民 大众 公众 社会 自然 天然 海洋 大地 蓝天 高端 高分子 纳米 激光 \
         超声 磁共振 心脏 血管 神经 肿瘤 血液 病理 药品 药械 医院 大学 学院 研究院 研究所 平台 项目 同一 统一 \
         联合 合作 共同 综述 首次 注册 备案 申请 生产 经营 流通 使用 单位 机构 部门 新型 通用 专用 一次性 无菌 \
         植入 介入 重组 合成 天使 领先 卓越 永恒 完美 万能 中外 合资 独资 外商 外资 内资 港资 台资 国有 民营 \
         私营 全资 子公司 母公司 境内 境外 国内 国外 大型 小型 中型 微型 一人 自然人 名称 类型 性质 变更 改制 \
         整体 设立 成立 新设 组建 某某 某 xx xxx xxxx abc 甲 乙 丙 丁 多家 几家 两家 一家 这家 \
         该家 本 贵 我 其 各 此 原 新 大 小 上市 责任",
    )
});

/// Behind these a name begins, also where no blank tells it. The single ones are letters of names too.
pub(super) static BEFORE_NAMES: Words = Words::new(|| {
    words(
        "委托 受托 来自 购自 产自 供应商 供货商 生产商 制造商 经销商 代理商 代理人 责任人 申请人 注册人 备案人 \
         持有人 受托方 委托方 平台方 合作方 甲方 乙方 企业 客户 名称 名为 我们 我司 收购 转让 转给 交由 授权 \
         通过 采购 选择 以及 或者 并且 叫做 即为 系为 改为 更名 变更为 联系 咨询 就职于 任职于 隶属 股东 单位 \
         厂家 厂商 机构 母公司 子公司 关联公司 公司 引用 参考 由 与 和 及 向 给 是 为 系 从 对 在 被 将 于 \
         该 或 让 请 找 的 了 叫 跟 把",
    )
});

/// Before these a name has ended.
pub(super) static AFTER_NAMES: Words = Words::new(|| {
    words(
        "的 与 和 及 或 等 也 已 未 将 可 能 是 为 在 有 产品 提供 生产 公司 集团 委托 申请 提交 取得 \
         获得 负责 方面 一方 曾 则 拟 正在 同类 这家",
    )
});

/// Titles behind a surname.
pub(super) static TITLES: Words = Words::new(|| {
    words(
        "副总经理 总经理 总工程师 工程师 董事长 副总裁 总裁 副总 总监 经理 女士 先生 小姐 主任 主管 老师 教授 \
         博士 医生 大夫 院长 所长 部长 厂长 科长 处长 助理 秘书 专员 顾问 代表 律师 同学 同志 总 工 董 姐 哥",
    )
});

/// Behind these a title of one character is part of another word: 高总体, 方工程.
pub(super) const NOT_BEHIND_TITLES: &str = "体量数结局则共计和值成额程业作序艺厂人具况部会分时站期";

/// Surnames of two characters.
pub(super) static DOUBLE_SURNAMES: Words = Words::new(|| {
    words(
        "欧阳 上官 司马 诸葛 司徒 东方 夏侯 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 端木 南宫 独孤 轩辕 西门 呼延 \
         闻人 申屠 太史",
    )
});

/// Legal forms in Latin letters.
pub(super) static LATIN_LEGAL: Words = Words::new(|| {
    words(
        "co ltd limited inc incorporated corp corporation company gmbh ag kg llc plc pte sa \
         bv nv srl spa kk ab oy as sdn bhd pty the",
    )
});

/// Trades and regions in Latin letters.
pub(super) static LATIN_TRADES: Words = Words::new(|| {
    words(
        "bio biotech biotechnology biotechnologies biopharma biopharmaceutical \
         biopharmaceuticals biosciences bioscience biologics biomedical medical medicine \
         medicines medtech pharma pharmaceutical pharmaceuticals therapeutics technology \
         technologies tech device devices instruments instrument science sciences \
         lifesciences life diagnostics diagnostic health healthcare care group international \
         holdings holding industries industrial systems solutions imaging laboratories labs \
         lab research products and of china shanghai beijing suzhou shenzhen guangzhou \
         hangzhou asia hong kong usa uk europe germany japan trading materials polymers",
    )
});

/// English words that alone tell of nobody.
pub(super) static LATIN_COMMON: Words = Words::new(|| {
    words(
        "general united global first national advanced smart digital american european \
         chinese standard quality central innovation innovative precision clinical applied \
         modern future world vision sample model test active classic universal common this \
         that with from good safe safety heart vascular surgical dental optical",
    )
});

/// How long the longest of these is that a text ends with, in bytes.
pub(super) fn ending(text: &str, words: &[&str]) -> Option<usize> {
    words.iter().filter(|word| text.ends_with(**word)).map(|word| word.len()).max()
}

/// How long the longest of these is that a text begins with, in bytes.
pub(super) fn beginning(text: &str, words: &[&str]) -> Option<usize> {
    words.iter().filter(|word| text.starts_with(**word)).map(|word| word.len()).max()
}

/// Whether a text is made of nothing but regions, trades and ordinary words.
pub(super) fn is_generic(text: &str) -> bool {
    // Which bytes can be reached by words from the front.
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for at in 0..text.len() {
        if !reached[at] {
            continue;
        }
        for word in
            [&REGIONS, &TRADES, &COMMON, &BEFORE_NAMES].into_iter().flat_map(|words| words.iter())
        {
            if text[at..].starts_with(word) {
                reached[at + word.len()] = true;
            }
        }
        if text[at..].starts_with(['省', '市', '区', '县']) {
            reached[at + '省'.len_utf8()] = true;
        }
    }
    reached[text.len()]
}
