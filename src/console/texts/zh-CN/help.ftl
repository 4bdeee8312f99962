nav-help = 帮助
help = 帮助
help-for-everybody = 所有人
help-for-station = 工作站
help-for-office = 成果转化办公室
help-for-officer = 区级、市级对口部门
help-for-administrator = 系统管理员
