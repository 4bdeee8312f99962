nav-help = Help
help = Help
help-for-everybody = Everybody
help-for-station = Stations
help-for-office = Tech-transfer offices
help-for-officer = District and municipal officers
help-for-administrator = Administrators
