SET allowed_directories = $folders
