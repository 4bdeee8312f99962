login = Login
password = Password
sign-in-hint = Accounts are opened by the administrator, who also resets forgotten passwords.
