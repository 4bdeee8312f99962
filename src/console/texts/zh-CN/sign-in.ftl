login = 登录名
password = 密码
sign-in-hint = 账户由系统管理员开通；忘记密码请联系管理员重置。
